// SPDX-License-Identifier: Apache-2.0

/// How often durations occurred, to within 0.4 % of each: a bucket for every value of a `Float`'s exponent and the
/// first seven bits of its fraction.
package struct Histogram: Sendable, Hashable {
    private static let shift: UInt32 = 16
    private static let first = Int(Float(1e-7).bitPattern >> shift)
    private static let last = Int(Float(1e5).bitPattern >> shift)

    private var counts = [UInt32](repeating: 0, count: last - first + 1)
    package private(set) var count = 0
    package private(set) var sum = 0.0

    package init() {}

    /// Seconds; what is below 100 ns or above 10^5 s counts as that.
    package mutating func record(_ seconds: Double) {
        let bucket = Int(Float(min(max(seconds, 1e-7), 1e5)).bitPattern >> Histogram.shift) - Histogram.first
        counts[bucket] &+= 1
        count += 1
        sum += seconds
    }

    package mutating func merge(_ other: Histogram) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        count += other.count
        sum += other.sum
    }

    package var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// The least value that a share of all are not above; 0 when there are none.
    package func quantile(_ share: Double) -> Double {
        guard count > 0 else { return 0 }
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += Int(count)
            if seen >= rank { return Histogram.middle(of: index) }
        }
        return Histogram.middle(of: counts.count - 1)
    }

    private static func middle(of bucket: Int) -> Double {
        let low = UInt32(bucket + first) << shift
        return Double(Float(bitPattern: low) + Float(bitPattern: low + (1 << shift))) / 2
    }
}
