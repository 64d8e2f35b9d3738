// SPDX-License-Identifier: Apache-2.0

/// A span of time as seconds and nanoseconds of the same sign.
extension Google_Protobuf_Duration {
    /// The `seconds` that a duration may have: about 10,000 years either way.
    public static let secondsRange: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

    /// `duration`, rounded to the nearest nanosecond; halves away from zero.
    ///
    /// One outside of `secondsRange` becomes the shortest or the longest that fits.
    public init(_ duration: Duration) {
        let (quotient, remainder) = duration.attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let isHalfOrMore = remainder.magnitude >= 500_000_000
        self.init(clampingNanoseconds: isHalfOrMore ? quotient + remainder.signum() : quotient)
    }

    /// `timeInterval` seconds, rounded to the nearest nanosecond; halves away from zero.
    ///
    /// One outside of `secondsRange` becomes the shortest or the longest that fits; one that is no number becomes zero.
    public init(timeInterval: Double) {
        let limit = Double(Google_Protobuf_Duration.secondsRange.upperBound) + 1
        let clamped = timeInterval.isNaN ? 0 : min(max(timeInterval, -limit), limit)
        let second = clamped.rounded(.towardZero)
        self.init(normalizing: Int64(second), nanoseconds: Int64(((clamped - second) * 1e9).rounded()))
    }

    /// The span of `seconds` and `nanoseconds` together, either of any sign and size.
    ///
    /// The result has seconds and nanos of one sign, nanos of less than a second. A span outside of `secondsRange`
    /// becomes the shortest or the longest that fits.
    public init(normalizing seconds: Int64, nanoseconds: Int64 = 0) {
        self.init(clampingNanoseconds: Int128(seconds) * 1_000_000_000 + Int128(nanoseconds))
    }

    private init(clampingNanoseconds total: Int128) {
        let limit = Int128(Google_Protobuf_Duration.secondsRange.upperBound) * 1_000_000_000 + 999_999_999
        let (quotient, remainder) = min(max(total, -limit), limit).quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(seconds: Int64(quotient), nanos: Int32(remainder))
    }

    /// In seconds, as `Foundation.TimeInterval` has them: exact to about 16 digits.
    public var timeInterval: Double { Double(seconds) + Double(nanos) / 1e9 }

    /// Whether `seconds` are in `secondsRange`, `nanos` less than a second, and both of one sign. What others sent may
    /// not be.
    public var isValid: Bool {
        Google_Protobuf_Duration.secondsRange.contains(seconds) && (-999_999_999...999_999_999).contains(nanos)
            && seconds.signum() * Int64(nanos.signum()) >= 0
    }

    private var totalNanoseconds: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanos) }
}

/// Ordered by length. Values that differ but mean the same length, which only invalid ones do, have a fixed order too.
extension Google_Protobuf_Duration: Comparable {
    public static func < (a: Google_Protobuf_Duration, b: Google_Protobuf_Duration) -> Bool {
        if a.totalNanoseconds != b.totalNanoseconds { return a.totalNanoseconds < b.totalNanoseconds }
        if a.seconds != b.seconds { return a.seconds < b.seconds }
        return a.unknownFields.lexicographicallyPrecedes(b.unknownFields)
    }
}

extension Duration {
    /// The same span, exactly. One whose seconds and nanos differ in sign is their sum.
    public init(_ duration: Google_Protobuf_Duration) {
        self = .seconds(duration.seconds) + .nanoseconds(duration.nanos)
    }
}
