// SPDX-License-Identifier: Apache-2.0
internal import CSkein

/// A moment as seconds since 1970-01-01T00:00:00Z and nanoseconds after that second. There are no leap seconds.
extension Google_Protobuf_Timestamp {
    /// The `seconds` that a timestamp may have: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    public static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The current time of the system's clock.
    public static var now: Google_Protobuf_Timestamp {
        Google_Protobuf_Timestamp(normalizing: 0, nanoseconds: skein_wall_clock())
    }

    /// The moment `seconds` and `nanoseconds` after 1970, either of any sign and size.
    ///
    /// The result has nanos of 0 to 999,999,999, also before 1970. A moment outside of `secondsRange` becomes the first
    /// or the last that a timestamp can hold.
    public init(normalizing seconds: Int64, nanoseconds: Int64 = 0) {
        self.init(clampingNanoseconds: Int128(seconds) * 1_000_000_000 + Int128(nanoseconds))
    }

    init(clampingNanoseconds total: Int128) {
        let range = Google_Protobuf_Timestamp.secondsRange
        let first = Int128(range.lowerBound) * 1_000_000_000
        let last = Int128(range.upperBound) * 1_000_000_000 + 999_999_999
        let (quotient, remainder) = min(max(total, first), last).quotientAndRemainder(dividingBy: 1_000_000_000)
        let borrow: Int128 = remainder < 0 ? 1 : 0
        self.init(seconds: Int64(quotient - borrow), nanos: Int32(remainder + borrow * 1_000_000_000))
    }

    /// Whether `seconds` are in `secondsRange` and `nanos` in 0 to 999,999,999. What others sent may be neither.
    public var isValid: Bool {
        Google_Protobuf_Timestamp.secondsRange.contains(seconds) && (0...999_999_999).contains(nanos)
    }

    private var totalNanoseconds: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanos) }
}

/// Ordered by time. Values that differ but mean the same moment, which only invalid ones do, have a fixed order too.
extension Google_Protobuf_Timestamp: Comparable {
    public static func < (a: Google_Protobuf_Timestamp, b: Google_Protobuf_Timestamp) -> Bool {
        if a.totalNanoseconds != b.totalNanoseconds { return a.totalNanoseconds < b.totalNanoseconds }
        if a.seconds != b.seconds { return a.seconds < b.seconds }
        return a.unknownFields.lexicographicallyPrecedes(b.unknownFields)
    }
}
