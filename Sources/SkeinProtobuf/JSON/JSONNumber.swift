// SPDX-License-Identifier: Apache-2.0

/// The exact value of a JSON number that stands for an integer, however it is written: `12`, `1.20e1`.
struct JSONNumber: Equatable {
    let isNegative: Bool
    let magnitude: UInt64

    /// `text` is a JSON number; `nil` when it is no integer, or larger than 64 bits hold.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let exponentMark = rest.firstIndex { $0 | 0x20 == UInt8(ascii: "e") }
        let mantissa = rest[..<(exponentMark ?? rest.endIndex)]
        let point = mantissa.firstIndex(of: UInt8(ascii: "."))
        let exponent = exponentMark.map { JSONNumber.exponent(rest[($0 + 1)...]) } ?? 0
        // The value is the digits times ten to the power of `scale`.
        var scale = exponent - (point.map { mantissa.endIndex - $0 - 1 } ?? 0)
        var value: UInt64 = 0
        var zeros = 0
        for byte in mantissa where byte != UInt8(ascii: ".") {
            if byte == UInt8(ascii: "0") {
                zeros += 1
                continue
            }
            guard let raised = JSONNumber.raise(value, by: zeros + 1) else { return nil }
            let (sum, overflow) = raised.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if overflow { return nil }
            value = sum
            zeros = 0
        }
        scale += zeros
        guard value == 0 || scale >= 0, let whole = JSONNumber.raise(value, by: scale) else { return nil }
        magnitude = whole
    }

    /// The value, if `T` holds it.
    func exactly<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        guard isNegative, magnitude != 0 else { return T(exactly: magnitude) }
        guard magnitude <= 1 << 63 else { return nil }
        return T(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
    }

    private static func raise(_ value: UInt64, by power: Int) -> UInt64? {
        if value == 0 { return 0 }
        if power > 19 { return nil }
        var result = value
        for _ in 0..<power {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = product
        }
        return result
    }

    /// Exponents beyond this all mean the same for any text that fits into memory.
    private static let largestExponent = 1 << 40

    private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
        var value = 0
        for byte in text where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), largestExponent)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }
}
