// SPDX-License-Identifier: Apache-2.0
internal import Testing

@testable internal import SkeinResolution

@Suite("When a name is looked up again", .timeLimit(.minutes(2)))
struct DNSScheduleTests {
    private func isNear(_ duration: Duration, _ seconds: Double, share: Double) -> Bool {
        abs(duration / .seconds(1) - seconds) <= seconds * share + 0.001
    }

    @Test("by the timer every interval, a tenth more or less", arguments: 0..<50 as Range<UInt64>)
    func timer(seed: UInt64) throws {
        var schedule = DNSSchedule(refresh: .seconds(30), seed: seed)
        let pause = schedule.pause(after: .accepted, wasRequested: false)
        #expect(pause.quiet == DNSSchedule.settle)
        #expect(isNear(pause.quiet + (try #require(pause.listening)), 30, share: 0.1))
    }

    @Test("a request is answered soon after a lookup by the timer, and the next not before 30 s")
    func requests() {
        var schedule = DNSSchedule(refresh: nil, seed: 1)
        #expect(schedule.pause(after: .accepted, wasRequested: false) == .init(quiet: .seconds(5), listening: nil))
        #expect(schedule.pause(after: .accepted, wasRequested: true) == .init(quiet: .seconds(30), listening: nil))
    }

    @Test("an interval shorter than the rest is kept")
    func shortInterval() {
        var schedule = DNSSchedule(refresh: .seconds(1), seed: 1)
        let pause = schedule.pause(after: .accepted, wasRequested: true)
        #expect(isNear(pause.quiet, 1, share: 0.1))
        #expect(pause.listening == .zero)
    }

    @Test(
        "failures back off by 1.6 from 1 s to 2 min, a fifth more or less, and success starts anew",
        arguments: 0..<20 as Range<UInt64>)
    func backoff(seed: UInt64) {
        var schedule = DNSSchedule(refresh: nil, seed: seed)
        for round in 0..<2 {
            var expected = 1.0
            for _ in 0..<15 {
                let pause = schedule.pause(after: .failed, wasRequested: round == 1)
                #expect(isNear(pause.quiet, expected, share: 0.2))
                #expect(pause.listening == .zero)
                expected = min(expected * 1.6, 120)
            }
            _ = schedule.pause(after: .accepted, wasRequested: false)
        }
    }

    @Test("failures are retried at least as often as the timer would")
    func backoffLimit() {
        var schedule = DNSSchedule(refresh: .seconds(10), seed: 3)
        for _ in 0..<20 { #expect(schedule.pause(after: .failed, wasRequested: false).quiet <= .seconds(12)) }
    }
}
