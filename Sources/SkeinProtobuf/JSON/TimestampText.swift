// SPDX-License-Identifier: Apache-2.0

/// A `google.protobuf.Timestamp` in JSON, as RFC 3339 has it: `1972-01-01T10:00:20.021Z`.
enum TimestampText {
    /// The first second of the year 1 and the last of 9999.
    private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
    private static let secondsInDay = 86_400

    /// `nil` out of protobuf's range.
    static func write(_ seconds: Int64, _ nanoseconds: Int32) -> String? {
        guard TimestampText.seconds.contains(seconds), (0...999_999_999).contains(nanoseconds) else { return nil }
        // Counted from the year 1, so that the number is not negative.
        let sinceYearOne = Int(seconds - TimestampText.seconds.lowerBound)
        let firstDay = Int(TimestampText.seconds.lowerBound) / secondsInDay
        let date = CivilDate(daysSinceEpoch: sinceYearOne / secondsInDay + firstDay)
        let second = sinceYearOne % secondsInDay
        let day = [date.month, date.day].map { "-" + NumberText.padded($0, 2) }.joined()
        let time = [second / 3600, second / 60 % 60, second % 60].map { NumberText.padded($0, 2) }
        let fraction = NumberText.fraction(Int(nanoseconds))
        return "\(NumberText.padded(date.year, 4))\(day)T\(time.joined(separator: ":"))\(fraction)Z"
    }

    static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
        var rest = text.utf8[...]
        guard let date = date(&rest), take("T", &rest), let time = time(&rest),
            let nanoseconds = fraction(&rest), let offset = offset(&rest), rest.isEmpty
        else { return nil }
        let seconds = Int64(date.daysSinceEpoch * secondsInDay + time - offset)
        return TimestampText.seconds.contains(seconds) ? (seconds, nanoseconds) : nil
    }

    private typealias Rest = Substring.UTF8View

    private static func take(_ byte: Unicode.Scalar, _ rest: inout Rest) -> Bool {
        guard rest.first == UInt8(ascii: byte) else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ count: Int, _ rest: inout Rest) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest.removeFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func date(_ rest: inout Rest) -> CivilDate? {
        guard let year = number(4, &rest), take("-", &rest), let month = number(2, &rest), take("-", &rest),
            let day = number(2, &rest)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return date.isValid ? date : nil
    }

    /// The second of the day.
    private static func time(_ rest: inout Rest) -> Int? {
        guard let minute = minute(&rest), take(":", &rest), let second = number(2, &rest), second < 60 else {
            return nil
        }
        return minute * 60 + second
    }

    /// The minute of the day, or of an offset.
    private static func minute(_ rest: inout Rest) -> Int? {
        guard let hour = number(2, &rest), hour < 24, take(":", &rest), let minute = number(2, &rest), minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func fraction(_ rest: inout Rest) -> Int32? {
        guard take(".", &rest) else { return 0 }
        let count = rest.prefix { (0x30...0x39).contains($0) }.count
        guard (1...9).contains(count), let value = number(count, &rest) else { return nil }
        return Int32((count..<9).reduce(value) { value, _ in value * 10 })
    }

    /// The seconds by which the local time is ahead.
    private static func offset(_ rest: inout Rest) -> Int? {
        if take("Z", &rest) { return 0 }
        let isAhead = rest.first == UInt8(ascii: "+")
        guard isAhead || rest.first == UInt8(ascii: "-") else { return nil }
        rest.removeFirst()
        return minute(&rest).map { isAhead ? $0 * 60 : $0 * -60 }
    }
}
