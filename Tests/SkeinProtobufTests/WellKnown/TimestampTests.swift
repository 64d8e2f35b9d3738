// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct TimestampTests {
    static let first = Google_Protobuf_Timestamp(seconds: -62_135_596_800)
    static let last = Google_Protobuf_Timestamp(seconds: 253_402_300_799, nanos: 999_999_999)

    @Test(
        "a date and its timestamp are the same moment",
        arguments: [
            ("1600-02-29T00:00:00Z", -11_670_998_400),
            ("1960-02-29T12:00:00Z", -310_478_400), ("1969-12-31T23:59:59Z", -1), ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T00:00:00Z", 951_782_400), ("2001-01-01T00:00:00Z", 978_307_200),
            ("2016-12-31T23:59:59Z", 1_483_228_799), ("2017-01-01T00:00:00Z", 1_483_228_800),
            ("2038-01-19T03:14:08Z", 2_147_483_648), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func calendar(text: String, seconds: Int64) throws {
        let date = try Date(text, strategy: .iso8601)
        #expect(Google_Protobuf_Timestamp(date: date) == Google_Protobuf_Timestamp(seconds: seconds))
        #expect(Google_Protobuf_Timestamp(seconds: seconds).date == date)
    }

    @Test(
        "fractions of a second count forward, also before 1970 and 2001",
        arguments: [
            (since1970: -0.5, seconds: -1, nanos: 500_000_000),
            (-1.25, -2, 750_000_000),
            (-310_478_399.75, -310_478_400, 250_000_000),
            (0.125, 0, 125_000_000),
            (978_307_199.5, 978_307_199, 500_000_000),
            (1_709_168_523.0625, 1_709_168_523, 62_500_000),
        ])
    func fractions(since1970: Double, seconds: Int64, nanos: Int32) {
        let timestamp = Google_Protobuf_Timestamp(seconds: seconds, nanos: nanos)
        #expect(Google_Protobuf_Timestamp(date: Date(timeIntervalSince1970: since1970)) == timestamp)
        #expect(timestamp.date == Date(timeIntervalSince1970: since1970))
    }

    @Test(
        "a date is rounded to the nearest nanosecond, into the next second if need be",
        arguments: [
            (sinceReference: 0.25e-9, seconds: 978_307_200, nanos: 0),
            (0.75e-9, 978_307_200, 1),
            (-0.25e-9, 978_307_200, 0),
            (-0.75e-9, 978_307_199, 999_999_999),
            (1 - 0.25e-9, 978_307_201, 0),
            (-1e-300, 978_307_200, 0),
        ])
    func rounding(sinceReference: Double, seconds: Int64, nanos: Int32) {
        let timestamp = Google_Protobuf_Timestamp(date: Date(timeIntervalSinceReferenceDate: sinceReference))
        #expect(timestamp == Google_Protobuf_Timestamp(seconds: seconds, nanos: nanos))
    }

    @Test(
        "a date beyond years 1 to 9999 becomes the first or last moment",
        arguments: [
            (-62_135_596_800.5, first), (-1e300, first), (-Double.infinity, first),
            (253_402_300_800, last), (1e300, last), (Double.infinity, last),
            (-62_135_596_800, first), (Double.nan, Google_Protobuf_Timestamp()),
        ] as [(Double, Google_Protobuf_Timestamp)])
    func clamping(since1970: Double, expected: Google_Protobuf_Timestamp) {
        #expect(Google_Protobuf_Timestamp(date: Date(timeIntervalSince1970: since1970)) == expected)
    }

    @Test("a date comes back unchanged, wherever Date is coarser than a nanosecond", arguments: UInt64(1)...4)
    func dates(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let magnitude = Double.random(in: 23...37, using: &random)
            let interval = exp2(magnitude) * (Bool.random(using: &random) ? 1 : -1)
            let date = Date(timeIntervalSinceReferenceDate: interval)
            let timestamp = Google_Protobuf_Timestamp(date: date)
            guard timestamp > TimestampTests.first, timestamp < TimestampTests.last else { continue }
            #expect(timestamp.isValid)
            #expect(timestamp.date == date)
        }
    }

    @Test(
        "seconds and nanoseconds of any sign and size are carried",
        arguments: [
            (1, 1_500_000_000, .init(seconds: 2, nanos: 500_000_000)),
            (0, -1, .init(seconds: -1, nanos: 999_999_999)),
            (0, -1_000_000_000, .init(seconds: -1)),
            (-5, 999_999_999, .init(seconds: -5, nanos: 999_999_999)),
            (0, .min, .init(seconds: -9_223_372_037, nanos: 145_224_192)),
            (0, .max, .init(seconds: 9_223_372_036, nanos: 854_775_807)),
            (.min, .min, first), (.max, .max, last), (-62_135_596_800, -1, first), (253_402_300_800, 0, last),
        ] as [(Int64, Int64, Google_Protobuf_Timestamp)])
    func normalizing(seconds: Int64, nanoseconds: Int64, expected: Google_Protobuf_Timestamp) {
        let timestamp = Google_Protobuf_Timestamp(normalizing: seconds, nanoseconds: nanoseconds)
        #expect(timestamp == expected)
        #expect(timestamp.isValid)
    }

    @Test("what others sent may be no timestamp; it has a date nevertheless")
    func invalid() {
        let invalid: [Google_Protobuf_Timestamp] = [
            .init(seconds: -62_135_596_801), .init(seconds: 253_402_300_800), .init(nanos: -1),
            .init(nanos: 1_000_000_000), .init(seconds: .min, nanos: .min), .init(seconds: .max, nanos: .max),
        ]
        for timestamp in invalid {
            #expect(!timestamp.isValid)
            #expect(timestamp.date.timeIntervalSinceReferenceDate.isFinite)
        }
        #expect(TimestampTests.first.isValid && TimestampTests.last.isValid && Google_Protobuf_Timestamp().isValid)
    }

    @Test("timestamps are ordered by time")
    func order() {
        let ordered: [Google_Protobuf_Timestamp] = [
            .init(seconds: .min, nanos: .min), TimestampTests.first, .init(seconds: -1), .init(seconds: -1, nanos: 1),
            .init(), .init(nanos: 1), .init(seconds: 0, nanos: 1_500_000_000), .init(seconds: 1, nanos: 500_000_000),
            .init(seconds: 2), TimestampTests.last, .init(seconds: .max, nanos: .max),
        ]
        #expect(ordered.shuffled().sorted() == ordered)
        for (earlier, later) in zip(ordered, ordered.dropFirst()) { #expect(earlier < later && !(later < earlier)) }
    }

    @Test("now is the system's time")
    func now() {
        let before = Date()
        let now = Google_Protobuf_Timestamp.now
        let after = Date()
        #expect(now.isValid)
        #expect(before.addingTimeInterval(-0.001) <= now.date && now.date <= after.addingTimeInterval(0.001))
    }
}
