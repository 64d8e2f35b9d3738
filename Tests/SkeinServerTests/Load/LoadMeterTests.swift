// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinServer

@Suite("what a server tells of its load")
struct LoadMeterTests {
    private let meter = LoadMeter(
        parallelism: 2, rules: .init(always: false, audience: { _ in true }, told: { LoadReport() }))

    /// So many answers that carry the load in a second of so many calls.
    private func told(_ calls: Int64) -> Int {
        (0..<calls).count { meter.load(withAnswerAt: 1_000_000_000_000 + $0 * 1_000_000_000 / calls) != nil }
    }

    @Test("every answer carries it while calls are not many", arguments: [10, 1000, 1900])
    func few(calls: Int64) {
        #expect(told(calls) == Int(calls))
    }

    @Test("of very many answers 2,000 a second carry it, and a tenth of those at once", arguments: [3000, 50_000])
    func many(calls: Int64) {
        #expect((2000...2201).contains(told(calls)))
    }

    @Test("what is not known before the first call has ended is known right after it")
    func first() {
        let arrival = meter.arrived(at: 1_000_000_000_000)
        #expect(meter.load(at: 1_000_001_000_000).serviceTime == 0)
        meter.completed(arrival, .ok, at: 1_000_002_000_000)
        let load = meter.load(at: 1_000_002_000_000)
        #expect(load.serviceTime > 0.001 && load.latency > 0.001 && load.inFlight == 0)
    }
}
