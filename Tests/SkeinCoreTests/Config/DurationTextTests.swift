// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Durations in protobuf's JSON form", .timeLimit(.minutes(2)))
struct DurationTextTests {
    @Test(
        "seconds with up to nine decimals are read and written back",
        arguments: [
            ("0s", .zero), ("1s", .seconds(1)), ("1.5s", .milliseconds(1500)), ("-1.5s", .milliseconds(-1500)),
            ("0.000000001s", .nanoseconds(1)), ("-0.000000001s", .nanoseconds(-1)), ("30s", .seconds(30)),
            ("315576000000s", .seconds(315_576_000_000)),
        ] as [(String, Duration)])
    func roundTrip(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.write(duration) == text)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "s", "1", "1 s", "+1s", ".5s", "1.s", "1.0000000001s", "1e3s", "1.5ms", "--1s", "1.-5s", "٣s",
            "315576000001s", "99999999999999999999s",
        ])
    func refuses(text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
