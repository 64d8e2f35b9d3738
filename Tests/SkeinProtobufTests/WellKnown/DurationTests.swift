// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct DurationTests {
    static let shortest = Google_Protobuf_Duration(seconds: -315_576_000_000, nanos: -999_999_999)
    static let longest = Google_Protobuf_Duration(seconds: 315_576_000_000, nanos: 999_999_999)

    @Test(
        "a duration of whole nanoseconds is the same both ways",
        arguments: [
            (Duration.zero, Google_Protobuf_Duration()),
            (.seconds(2), .init(seconds: 2)),
            (.milliseconds(-1500), .init(seconds: -1, nanos: -500_000_000)),
            (.nanoseconds(1), .init(nanos: 1)),
            (.nanoseconds(-1), .init(nanos: -1)),
            (.microseconds(1), .init(nanos: 1000)),
            (.microseconds(1) - .seconds(86_400), .init(seconds: -86_399, nanos: -999_999_000)),
            (.seconds(315_576_000_000) + .nanoseconds(999_999_999), longest),
            (.seconds(-315_576_000_000) - .nanoseconds(999_999_999), shortest),
        ])
    func exact(duration: Duration, message: Google_Protobuf_Duration) {
        #expect(Google_Protobuf_Duration(duration) == message)
        #expect(Duration(message) == duration)
        #expect(message.isValid)
    }

    @Test(
        "attoseconds are rounded to the nearest nanosecond, halves away from zero",
        arguments: [
            (attoseconds: 499_999_999, nanos: 0), (500_000_000, 1), (1_499_999_999, 1), (1_500_000_000, 2),
            (-499_999_999, 0), (-500_000_000, -1), (-1_500_000_001, -2),
        ])
    func rounding(attoseconds: Int64, nanos: Int32) {
        let duration = Duration(secondsComponent: 0, attosecondsComponent: attoseconds)
        #expect(Google_Protobuf_Duration(duration) == Google_Protobuf_Duration(nanos: nanos))
    }

    @Test("rounding carries into the seconds")
    func carry() {
        let almost = Duration(secondsComponent: 0, attosecondsComponent: 999_999_999_500_000_000)
        #expect(Google_Protobuf_Duration(almost) == Google_Protobuf_Duration(seconds: 1))
        #expect(Google_Protobuf_Duration(.zero - almost) == Google_Protobuf_Duration(seconds: -1))
    }

    @Test("a duration beyond 10,000 years becomes the longest that fits")
    func clamping() {
        let beyond = Duration(attoseconds: .max)
        #expect(Google_Protobuf_Duration(beyond) == DurationTests.longest)
        #expect(Google_Protobuf_Duration(Duration(attoseconds: .min)) == DurationTests.shortest)
        #expect(Google_Protobuf_Duration(.seconds(315_576_000_001)) == DurationTests.longest)
        #expect(Google_Protobuf_Duration(normalizing: .max, nanoseconds: .max) == DurationTests.longest)
        #expect(Google_Protobuf_Duration(normalizing: .min, nanoseconds: .min) == DurationTests.shortest)
    }

    @Test(
        "seconds as a floating-point number",
        arguments: [
            (0, .init()), (-0.5, .init(nanos: -500_000_000)), (1.1, .init(seconds: 1, nanos: 100_000_000)),
            (-2.25, .init(seconds: -2, nanos: -250_000_000)), (0.1, .init(nanos: 100_000_000)),
            (0.5e-9, .init(nanos: 1)), (-0.4e-9, .init()), (0.999_999_999_9, .init(seconds: 1)),
            (315_576_000_000, .init(seconds: 315_576_000_000)), (1e300, longest), (-1e300, shortest),
            (.infinity, longest), (-.infinity, shortest), (.nan, .init()),
        ] as [(Double, Google_Protobuf_Duration)])
    func timeInterval(seconds: Double, message: Google_Protobuf_Duration) {
        #expect(Google_Protobuf_Duration(timeInterval: seconds) == message)
        if seconds.magnitude < 1e12, seconds.magnitude > 1e-9 || seconds == 0 {
            #expect((message.timeInterval - seconds).magnitude < 1e-9)
        }
    }

    @Test("random durations come back unchanged", arguments: UInt64(1)...4)
    func roundTrips(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let limit = Int64(1) << Int64.random(in: 1...38, using: &random)
            let seconds = Int64.random(in: -limit...limit, using: &random)
            let nanoseconds = Int64.random(in: -999_999_999...999_999_999, using: &random)
            let duration = Duration.seconds(seconds) + .nanoseconds(nanoseconds)
            let message = Google_Protobuf_Duration(duration)
            #expect(message.isValid)
            #expect(Duration(message) == duration)
            #expect(message == Google_Protobuf_Duration(normalizing: seconds, nanoseconds: nanoseconds))
        }
    }

    @Test("what others sent may be no duration; it means a length nevertheless")
    func invalid() {
        let invalid: [Google_Protobuf_Duration] = [
            .init(seconds: 1, nanos: -1), .init(seconds: -1, nanos: 1), .init(nanos: 1_000_000_000),
            .init(seconds: 315_576_000_001), .init(seconds: .min, nanos: .min), .init(seconds: .max, nanos: .max),
        ]
        for message in invalid { #expect(!message.isValid) }
        #expect(Duration(invalid[0]) == .nanoseconds(999_999_999))
        #expect(Duration(invalid[4]) == .seconds(Int64.min) + .nanoseconds(Int32.min))
        #expect(invalid[5].timeInterval.isFinite)
    }

    @Test("durations are ordered by length")
    func order() {
        let ordered: [Google_Protobuf_Duration] = [
            DurationTests.shortest, .init(seconds: -1, nanos: -1), .init(seconds: -1), .init(nanos: -1), .init(),
            .init(nanos: 1), .init(seconds: 0, nanos: 1_500_000_000), .init(seconds: 1, nanos: 500_000_000),
            DurationTests.longest,
        ]
        #expect(ordered.shuffled().sorted() == ordered)
    }
}
