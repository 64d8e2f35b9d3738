// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct GRPCTimeoutTests {
    @Test(
        "a timeout is written in the finest unit that fits eight digits, rounded up",
        arguments: [
            (Duration.zero, "0n"), (.seconds(-3), "0n"), (.nanoseconds(1), "1n"),
            (.nanoseconds(99_999_999), "99999999n"),
            (.nanoseconds(100_000_000), "100000u"), (.nanoseconds(100_000_001), "100001u"), (.seconds(1), "1000000u"),
            (.seconds(99), "99000000u"), (.seconds(100), "100000m"), (.seconds(99_999), "99999000m"),
            (.seconds(100_000), "100000S"), (.seconds(99_999_999), "99999999S"), (.seconds(100_000_000), "1666667M"),
            (.seconds(1 << 32), "1193047H"), (.seconds(Int64.max), "99999999H"),
            (Duration(secondsComponent: 0, attosecondsComponent: 1), "1n"),
        ])
    func encode(_ timeout: Duration, _ text: String) {
        #expect(GRPCTimeout.encode(timeout) == text)
    }

    @Test(
        "a timeout is read in every unit, and clamped",
        arguments: [
            ("0n", Duration.zero), ("1H", .seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)),
            ("4m", .milliseconds(4)), ("5u", .microseconds(5)), ("99999999n", .nanoseconds(99_999_999)),
            ("00000001S", .seconds(1)), ("99999999H", GRPCTimeout.longest), ("99999999M", GRPCTimeout.longest),
        ])
    func decode(_ text: String, _ timeout: Duration) {
        #expect(decoded(text) == timeout)
    }

    @Test(
        "a malformed timeout is recognised",
        arguments: ["", "1", "n", "123456789n", "1x", "-1S", "+1S", " 1S", "1 S", "1.5S", "1s", "١S"])
    func malformed(_ text: String) {
        #expect(decoded(text) == nil)
    }

    private func decoded(_ text: String) -> Duration? {
        Array(text.utf8).withUnsafeBytes { GRPCTimeout.decode($0) }
    }

    @Test("what is written is read back as the same or slightly more")
    func roundTrip() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<5_000 {
            let timeout = Duration.nanoseconds(
                Int64.random(in: 1...(1 << Int64.random(in: 1...61, using: &random)), using: &random))
            let read = decoded(GRPCTimeout.encode(timeout)) ?? .zero
            #expect(read >= timeout && read < timeout + timeout / 100 + .nanoseconds(1))
        }
    }
}
