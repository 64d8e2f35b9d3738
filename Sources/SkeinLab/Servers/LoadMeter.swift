// SPDX-License-Identifier: Apache-2.0

/// What a server knows of its own load, and reports: how many calls it executes, how long one takes when about so many
/// are executed, and how long one takes alone.
package struct LoadMeter: Sendable {
    /// Of a call's share in the estimate of the time alone.
    private static let gain = 0.005
    private static let window = 8

    /// The latest latencies of calls that found about so many others, by that number.
    private struct Recent: Sendable {
        var latencies: [Float] = []
        var next = 0

        mutating func note(_ latency: Float) {
            if latencies.count < LoadMeter.window {
                latencies.append(latency)
            } else {
                latencies[next] = latency
            }
            next = (next + 1) % LoadMeter.window
        }

        var median: Float { latencies.sorted()[latencies.count / 2] }
    }

    private let parallelism: Double
    private var recent: [Recent] = []
    private var noted = 0
    /// Seconds; 0 before the first call.
    package private(set) var serviceTime = 0.0

    package init(parallelism: Int) { self.parallelism = Double(parallelism) }

    /// A call took `latency` that found `inFlight` others when it came.
    package mutating func note(latency: Double, inFlight: Int) {
        let place = LoadMeter.place(inFlight)
        while recent.count <= place { recent.append(Recent()) }
        recent[place].note(Float(latency))
        let alone = latency / max(1, Double(inFlight + 1) / parallelism)
        noted += 1
        // At first the mean of all.
        serviceTime += (alone - serviceTime) * max(LoadMeter.gain, 1 / Double(noted))
    }

    /// The median of the latest latencies of calls that found about so many others; 0 when there were none.
    package func latency(inFlight: Int) -> Double {
        let place = LoadMeter.place(inFlight)
        for distance in 0..<max(recent.count, place + 1) {
            for near in [place - distance, place + distance]
            where recent.indices.contains(near) && !recent[near].latencies.isEmpty {
                return Double(recent[near].median)
            }
        }
        return 0
    }

    /// Exact below 16, then eight steps for each doubling.
    private static func place(_ inFlight: Int) -> Int {
        guard inFlight >= 16 else { return max(0, inFlight) }
        let power = Int.bitWidth - 1 - inFlight.leadingZeroBitCount
        return 16 + (power - 4) * 8 + (inFlight >> (power - 3) & 7)
    }
}
