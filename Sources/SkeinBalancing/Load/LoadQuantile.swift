// SPDX-License-Identifier: Apache-2.0

/// Tells which numbers of calls in flight are high among those that servers reported lately.
struct LoadQuantile: Sendable {
    private static let size = 128
    /// Reports between two computations.
    private static let pace = 8
    /// Higher numbers count as this one.
    private static let highest = 1023

    /// Of the reports are at most the threshold, 0...1.
    var share: Double
    private var recent: [UInt16] = []
    private var next = 0
    private var counts = [UInt16](repeating: 0, count: highest + 1)

    init(_ share: Double) { self.share = share }

    /// Takes a report; the threshold when it is due to be computed anew.
    mutating func insert(_ inFlight: Int) -> Int? {
        let number = min(max(inFlight, 0), LoadQuantile.highest)
        counts[number] += 1
        if recent.count < LoadQuantile.size {
            recent.append(UInt16(number))
        } else {
            counts[Int(recent[next])] -= 1
            recent[next] = UInt16(number)
        }
        next = (next + 1) % LoadQuantile.size
        return next % LoadQuantile.pace == 0 ? threshold : nil
    }

    private var threshold: Int {
        guard share < 1 else { return .max }
        let wanted = Int((Double(recent.count) * share).rounded(.up))
        var seen = 0
        for number in 0...LoadQuantile.highest {
            seen += Int(counts[number])
            if seen >= wanted { return number }
        }
        return .max
    }
}
