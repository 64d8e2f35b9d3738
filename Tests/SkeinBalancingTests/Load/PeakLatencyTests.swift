// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite struct PeakLatencyTests {
    private static func at(_ seconds: Double) -> PickTime { PickTime(nanoseconds: UInt64((1000 + seconds) * 1e9)) }

    /// An estimate after calls at a time that took so long.
    private static func after(_ calls: [(time: Double, seconds: Double, failed: Bool)]) -> PeakLatency {
        calls.reduce(.unknown) { $0.observing($1.seconds, at: at($1.time), failed: $1.failed) }
    }

    @Test(
        "rises at once, falls to 1/e of the difference in 10 s, and not by failing while it is recent",
        arguments: [
            ([(0, 0.1, false)], 0.1),
            ([(0, 0.1, false), (0.01, 2, false)], 2),
            ([(0, 2, false), (10, 0.1, false)], 0.1 + 1.9 / 2.71828),
            ([(0, 2, false), (9, 0.001, true), (18, 0.001, true)], 2),
            ([(0, 2, false), (30, 0.1, true)], 0.1 + 1.9 / 20.0855),
            ([(0, 0.1, false), (10, 5, true)], 5),
            ([(0, 0.1, true)], 0.1),
        ] as [([(Double, Double, Bool)], Double)])
    func estimate(calls: [(Double, Double, Bool)], expected: Double) {
        let estimate = PeakLatencyTests.after(calls.map { (time: $0.0, seconds: $0.1, failed: $0.2) }).estimate
        #expect(abs(Double(estimate) - expected) < 0.01 * expected)
    }

    @Test(
        "what ends with another status than OK does not make an endpoint look fast, whoever's fault it is",
        arguments: [AttemptOutcome.Verdict.refusal, .fault])
    func errors(verdict: AttemptOutcome.Verdict) throws {
        var fleet = try Fleet(.peakEWMA, Fleet.endpoints(1))
        for second in 0..<30 {
            guard let (_, token) = fleet.start() else { return #expect(Bool(false)) }
            fleet.end(token, second == 0 ? .success : verdict, seconds: second == 0 ? 0.1 : 0.001)
            fleet.time = fleet.time.adding(seconds: 1)
        }
        let estimate = fleet.cell.slots.slot(0).pointee.peakLatency.estimate
        #expect(estimate == 0.1)
    }

    @Test("falls while nothing is measured, and is recent for 10 s")
    func reading() throws {
        let latency = PeakLatencyTests.after([(0, 1, false)])
        #expect(latency.seconds(at: PeakLatencyTests.at(0)) == 1)
        #expect(abs(latency.seconds(at: PeakLatencyTests.at(10)) - 0.3679) < 0.001)
        #expect(latency.recent(at: PeakLatencyTests.at(9)) == 1)
        #expect(latency.recent(at: PeakLatencyTests.at(11)) == nil)
        #expect(PeakLatency.unknown.recent(at: PeakLatencyTests.at(0)) == nil)
    }

    @Test("survives its eight bytes, and the end of its clock")
    func bits() {
        let late = PickTime(nanoseconds: UInt64(UInt32.max) << 20)
        let latency = PeakLatency.unknown.observing(0.25, at: late, failed: false)
        #expect(PeakLatency(bits: latency.bits) == latency)
        let later = late.adding(seconds: 10)
        #expect(abs(latency.seconds(at: later) - 0.25 * 0.3679) < 0.001)
    }
}
