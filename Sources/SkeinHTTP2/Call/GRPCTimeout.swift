// SPDX-License-Identifier: Apache-2.0

/// The `grpc-timeout` header: 1 to 8 digits and a unit.
package enum GRPCTimeout {
    /// What decoding clamps to: more than a lifetime, and small enough to count in nanoseconds.
    package static let longest = Duration.seconds(1 << 32)

    private static let most: Int64 = 99_999_999

    /// The shortest text for `timeout`: the finest unit that fits 8 digits, rounded up.
    package static func encode(_ timeout: Duration) -> String {
        let (value, unit) = parts(timeout)
        return "\(value)\(Character(Unicode.Scalar(unit)))"
    }

    static func parts(_ timeout: Duration) -> (value: Int64, unit: UInt8) {
        guard timeout > .zero else { return (0, UInt8(ascii: "n")) }
        let (seconds, attoseconds) = timeout.components
        guard seconds < longest.components.seconds else {
            return (min(most, (seconds - 1) / 3600 + 1), UInt8(ascii: "H"))
        }
        let nanoseconds = seconds * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000
        if nanoseconds <= most { return (nanoseconds, UInt8(ascii: "n")) }
        if let value = count(nanoseconds, of: 1_000) { return (value, UInt8(ascii: "u")) }
        if let value = count(nanoseconds, of: 1_000_000) { return (value, UInt8(ascii: "m")) }
        if let value = count(nanoseconds, of: 1_000_000_000) { return (value, UInt8(ascii: "S")) }
        if let value = count(nanoseconds, of: 60_000_000_000) { return (value, UInt8(ascii: "M")) }
        return (count(nanoseconds, of: 3_600_000_000_000) ?? most, UInt8(ascii: "H"))
    }

    private static func count(_ nanoseconds: Int64, of unit: Int64) -> Int64? {
        let value = (nanoseconds - 1) / unit + 1
        return value <= most ? value : nil
    }

    /// `nil` when `text` is malformed.
    package static func decode(_ text: UnsafeRawBufferPointer) -> Duration? {
        guard (2...9).contains(text.count), let unit = text.last else { return nil }
        var value: Int64 = 0
        for digit in text.dropLast() {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        switch unit {
        case UInt8(ascii: "n"): return .nanoseconds(value)
        case UInt8(ascii: "u"): return .microseconds(value)
        case UInt8(ascii: "m"): return .milliseconds(value)
        case UInt8(ascii: "S"): return .seconds(value)
        case UInt8(ascii: "M"): return min(.seconds(value * 60), longest)
        case UInt8(ascii: "H"): return min(.seconds(value * 3600), longest)
        default: return nil
        }
    }
}
