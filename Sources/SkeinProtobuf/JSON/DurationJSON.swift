// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// A `google.protobuf.Duration` in JSON: `1.500s`.
enum DurationJSON {
    private static let seconds: ClosedRange<Int64> = -315_576_000_000...315_576_000_000
    private static let nanoseconds: ClosedRange<Int32> = -999_999_999...999_999_999

    /// `nil` out of protobuf's range, or when the numbers differ in their sign.
    static func write(_ seconds: Int64, _ nanoseconds: Int32) -> String? {
        guard DurationJSON.seconds.contains(seconds), DurationJSON.nanoseconds.contains(nanoseconds),
            seconds.signum() * Int64(nanoseconds.signum()) >= 0
        else { return nil }
        let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
        return "\(sign)\(seconds.magnitude)\(NumberText.fraction(Int(nanoseconds.magnitude)))s"
    }

    static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
        guard let (seconds, attoseconds) = DurationText.parse(text)?.components else { return nil }
        return (seconds, Int32(attoseconds / 1_000_000_000))
    }
}
