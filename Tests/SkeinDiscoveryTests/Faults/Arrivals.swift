// SPDX-License-Identifier: Apache-2.0

/// When many clients came to a registry, from the moment on that it was there again.
struct Arrivals: CustomStringConvertible {
    /// In order.
    let times: [Duration]

    init(_ times: [Duration]) { self.times = times.sorted() }

    var last: Duration { times.last ?? .zero }

    /// How many came in the busiest 100 ms, wherever those begin.
    var most: Int {
        var (most, first) = (0, 0)
        for (index, time) in times.enumerated() {
            while times[first] <= time - .milliseconds(100) { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    /// Within how much time `part` of all came.
    func time(of part: Double) -> Duration {
        times.isEmpty ? .zero : times[min(times.count - 1, Int(Double(times.count) * part))]
    }

    /// How many came in each `width`, up to the last.
    func counts(in width: Duration) -> [Int] {
        var counts: [Int] = []
        for time in times {
            let place = Int(time / width)
            while counts.count <= place { counts.append(0) }
            counts[place] += 1
        }
        return counts
    }

    var description: String {
        let tenths = counts(in: .milliseconds(100)).prefix(30).map(String.init).joined(separator: " ")
        let seconds = counts(in: .seconds(1)).map(String.init).joined(separator: " ")
        return """
            \(times.count) arrived, at most \(most) in 100 ms, half after \(time(of: 0.5)), the last after \(last)
              in each 100 ms of the first 3 s: \(tenths)
              in each second: \(seconds)
            """
    }
}
