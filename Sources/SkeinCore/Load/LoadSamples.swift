// SPDX-License-Identifier: Apache-2.0

/// How long the last unary calls took, and how many others were in flight when each arrived.
package struct LoadSamples: Sendable {
    private struct Sample {
        var inFlight: UInt32
        var latency: Float
    }

    static let capacity = 64
    /// How many of them, those closest to the present load, the latency is the median of.
    static let closest = 16
    /// The weight of a new sample in the service time, once there are so many that their plain mean weighs less.
    static let weight: Float = 0.005

    private let parallelism: Float
    private var ring: [Sample] = []
    private var next = 0
    private var count: Float = 0
    /// Seconds that a call takes when it is alone; 0 when nothing is known.
    package private(set) var serviceTime: Float = 0

    package init(parallelism: UInt32) {
        self.parallelism = Float(max(parallelism, 1))
        ring.reserveCapacity(LoadSamples.capacity)
    }

    /// - Parameters:
    ///   - latency: in seconds.
    ///   - inFlight: others, when the call arrived.
    package mutating func record(latency: Float, inFlight: UInt32) {
        let alone = latency / max(1, (Float(inFlight) + 1) / parallelism)
        count += 1
        serviceTime += (alone - serviceTime) * max(LoadSamples.weight, 1 / count)
        let sample = Sample(inFlight: inFlight, latency: latency)
        if ring.count < LoadSamples.capacity {
            ring.append(sample)
        } else {
            ring[next] = sample
        }
        next = (next + 1) % LoadSamples.capacity
    }

    /// The median latency of calls that arrived when about as many others were in flight; 0 when nothing is known.
    package func latency(near inFlight: UInt32) -> Float {
        guard !ring.isEmpty else { return 0 }
        let nearest = ring.sorted {
            LoadSamples.distance($0.inFlight, inFlight) < LoadSamples.distance($1.inFlight, inFlight)
        }
        let latencies = nearest.prefix(LoadSamples.closest).map(\.latency).sorted()
        return latencies[latencies.count / 2]
    }

    private static func distance(_ one: UInt32, _ other: UInt32) -> UInt32 { one > other ? one - other : other - one }
}
