// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Seeded numbers of the distributions that the lab needs.
package struct Chance: Sendable {
    private var bits: SplitMix64

    package init(seed: UInt64) {
        bits = SplitMix64(seed: seed)
        _ = bits.next()
    }

    package mutating func next() -> UInt64 { bits.next() }

    /// From 0, and below 1.
    package mutating func unit() -> Double { Double(bits.next() >> 11) * 0x1p-53 }

    package mutating func index(below count: Int) -> Int {
        Int(truncatingIfNeeded: bits.next().multipliedFullWidth(by: UInt64(count)).high)
    }

    package mutating func exponential(mean: Double) -> Double { -log(1 - unit()) * mean }

    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    package mutating func lognormal(mean: Double, sigma: Double) -> Double {
        exp(log(mean) - sigma * sigma / 2 + sigma * normal())
    }
}
