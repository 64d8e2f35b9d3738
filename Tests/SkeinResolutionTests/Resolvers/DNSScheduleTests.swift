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
        var schedule = DNSSchedule(refresh: .every(.seconds(30)), seed: seed)
        let pause = schedule.pause(after: .accepted(validFor: nil), wasRequested: false)
        #expect(pause.quiet == DNSSchedule.settle)
        #expect(isNear(pause.quiet + (try #require(pause.listening)), 30, share: 0.1))
    }

    @Test("a request is answered soon after a lookup by the timer, and the next not before 30 s")
    func requests() {
        var schedule = DNSSchedule(refresh: .onRequest, seed: 1)
        #expect(
            schedule.pause(after: .accepted(validFor: nil), wasRequested: false)
                == .init(quiet: .seconds(5), listening: nil))
        #expect(
            schedule.pause(after: .accepted(validFor: nil), wasRequested: true)
                == .init(quiet: .seconds(30), listening: nil))
    }

    @Test("an interval shorter than the rest is kept")
    func shortInterval() {
        var schedule = DNSSchedule(refresh: .every(.seconds(1)), seed: 1)
        let pause = schedule.pause(after: .accepted(validFor: nil), wasRequested: true)
        #expect(isNear(pause.quiet, 1, share: 0.1))
        #expect(pause.listening == .zero)
    }

    @Test(
        "failures back off by 1.6 from 1 s to 2 min, a fifth more or less, and success starts anew",
        arguments: 0..<20 as Range<UInt64>)
    func backoff(seed: UInt64) {
        var schedule = DNSSchedule(refresh: .onRequest, seed: seed)
        for round in 0..<2 {
            var expected = 1.0
            for _ in 0..<15 {
                let pause = schedule.pause(after: .failed, wasRequested: round == 1)
                #expect(isNear(pause.quiet, expected, share: 0.2))
                #expect(pause.listening == .zero)
                expected = min(expected * 1.6, 120)
            }
            _ = schedule.pause(after: .accepted(validFor: nil), wasRequested: false)
        }
    }

    @Test("failures are retried at least as often as the timer would")
    func backoffLimit() {
        var schedule = DNSSchedule(refresh: .every(.seconds(10)), seed: 3)
        for _ in 0..<20 { #expect(schedule.pause(after: .failed, wasRequested: false).quiet <= .seconds(12)) }
    }

    @Test(
        "an answer is asked for again when it is over, never before, within bounds",
        arguments: [
            (0, 5.0, 6.0), (5, 5, 6), (7, 7, 8), (60, 60, 66), (299, 299, 330), (300, 300, 330), (86_400, 300, 330),
        ], 0..<20 as Range<UInt64>)
    func validity(row: (ttl: Int, least: Double, most: Double), seed: UInt64) throws {
        var schedule = DNSSchedule(refresh: .automatic, seed: seed)
        let pause = schedule.pause(after: .accepted(validFor: .seconds(row.ttl)), wasRequested: false)
        let whole = (pause.quiet + (try #require(pause.listening))) / .seconds(1)
        #expect((row.least...row.most).contains(whole))
        // A request does not wait for more than 30 s, nor for longer than the answer holds.
        let asked = schedule.pause(after: .accepted(validFor: .seconds(row.ttl)), wasRequested: true)
        #expect(asked.quiet <= .seconds(30) && asked.quiet >= .seconds(min(row.least, 30)))
    }

    @Test("where nobody said how long it holds the interval is 30 s, and a set interval goes before")
    func noValidity() throws {
        var automatic = DNSSchedule(refresh: .automatic, seed: 1)
        let first = automatic.pause(after: .accepted(validFor: nil), wasRequested: false)
        #expect(isNear(first.quiet + (try #require(first.listening)), 30, share: 0.1))
        var fixed = DNSSchedule(refresh: .every(.seconds(10)), seed: 1)
        let second = fixed.pause(after: .accepted(validFor: .seconds(3600)), wasRequested: false)
        #expect(isNear(second.quiet + (try #require(second.listening)), 10, share: 0.1))
        var never = DNSSchedule(refresh: .onRequest, seed: 1)
        #expect(never.pause(after: .accepted(validFor: .seconds(5)), wasRequested: false).listening == nil)
    }

    @Test(
        "that there is nothing is asked again when that is over, after 5 to 33 s",
        arguments: [(nil, 30.0, 33.0), (1, 5, 6), (12, 12, 13.2), (3600, 30, 33)] as [(Int?, Double, Double)])
    func denial(ttl: Int?, least: Double, most: Double) {
        for seed in 0..<50 as Range<UInt64> {
            var schedule = DNSSchedule(refresh: .automatic, seed: seed)
            let pause = schedule.pause(after: .denied(validFor: ttl.map { .seconds($0) }), wasRequested: false)
            #expect((least...most).contains(pause.quiet / .seconds(1)) && pause.listening == .zero)
        }
    }

    @Test(
        "a thousand clients whose answers are over at the same moment ask one after the other", arguments: [5, 30, 300])
    func herd(ttl: Int) throws {
        var counts: [Int: Int] = [:]
        for seed in 0..<1000 as Range<UInt64> {
            var schedule = DNSSchedule(refresh: .automatic, seed: seed)
            let pause = schedule.pause(after: .accepted(validFor: .seconds(ttl)), wasRequested: false)
            let whole = pause.quiet + (try #require(pause.listening))
            counts[Int(whole / .milliseconds(100)), default: 0] += 1
        }
        // Evenly it would be 100 in each tenth of a second, over a second at least.
        #expect(counts.values.max() ?? 1000 < 150)
        #expect(counts.keys.min() ?? 0 >= ttl * 10)
    }
}
