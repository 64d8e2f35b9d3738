// SPDX-License-Identifier: Apache-2.0

enum NumberText {
    /// The shortest text that reads as `value` again, without a fraction where there is none: `1`, `0.1`, `1e+20`.
    static func shortest(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// `nanoseconds` as the fraction of a second with as few digits of 0, 3, 6 and 9 as it needs: `.010`.
    static func fraction(_ nanoseconds: Int) -> String {
        if nanoseconds == 0 { return "" }
        var (value, digits) = (nanoseconds, 9)
        while value % 1000 == 0 { (value, digits) = (value / 1000, digits - 3) }
        return "." + padded(value, digits)
    }

    /// `value`, which is not negative, with zeros before it up to `digits` digits.
    static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
