// SPDX-License-Identifier: Apache-2.0

/// The numbers that one pick draws, of which its context carries the first (SplitMix64).
struct Draws {
    private var state: UInt64

    /// `again` counts the choices made before for the same pick.
    init(_ call: borrowing PickContext, again: Int = 0) {
        state = call.random &+ UInt64(truncatingIfNeeded: again) &* 0xD1B5_4A32_D192_ED03
    }

    mutating func next() -> UInt64 {
        defer { state &+= 0x9E37_79B9_7F4A_7C15 }
        return Draws.mix(state)
    }

    /// Below `count`, which is at least 1.
    mutating func index(below count: Int) -> Int { Draws.index(next(), below: count) }

    /// Any below `count` but `one`; `count` is at least 2.
    mutating func index(other one: Int, below count: Int) -> Int {
        let place = one + 1 + index(below: count - 1)
        return place < count ? place : place - count
    }

    /// Spreads 64 bits evenly over 0..<count.
    static func index(_ number: UInt64, below count: Int) -> Int {
        Int(truncatingIfNeeded: number.multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }

    static func mix(_ number: UInt64) -> UInt64 {
        var z = number
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z &>> 31)
    }

    /// 64 even bits as a number from 0 up to 1.
    static func unit(_ number: UInt64) -> Double { Double(number >> 11) * 0x1p-53 }

    /// 64 even bits as a number of the exponential distribution with the mean 1.
    static func exponential(_ number: UInt64) -> Double {
        negativeLogarithm((Double(number >> 11) + 0.5) * 0x1p-53)
    }

    /// -ln(x) for x between 0 and 1, the same on every platform: the exponent, and a series for the rest.
    static func negativeLogarithm(_ x: Double) -> Double {
        let z = (x.significand - 1) / (x.significand + 1)
        let square = z * z
        var (sum, power, divisor) = (0.0, z, 1.0)
        while divisor < 24 {
            sum += power / divisor
            power *= square
            divisor += 2
        }
        return -(Double(x.exponent) * 0.693_147_180_559_945_3 + 2 * sum)
    }
}
