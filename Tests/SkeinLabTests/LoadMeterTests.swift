// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinLab

struct LoadMeterTests {
    @Test("the latency is the median of what calls near so many in flight took")
    func latency() {
        var meter = LoadMeter(parallelism: 4)
        #expect(meter.latency(inFlight: 3) == 0)
        for latency in [0.1, 0.3, 0.2] { meter.note(latency: latency, inFlight: 2) }
        meter.note(latency: 5, inFlight: 90)
        #expect(abs(meter.latency(inFlight: 2) - 0.2) < 1e-6)
        #expect(abs(meter.latency(inFlight: 4) - 0.2) < 1e-6)
        #expect(abs(meter.latency(inFlight: 1_000_000) - 5) < 1e-6)
    }

    @Test("the time alone is what calls took, by the share of the server that they had")
    func serviceTime() {
        var meter = LoadMeter(parallelism: 4)
        for step in 0..<200 {
            let inFlight = step % 12
            meter.note(latency: 0.08 * max(1, Double(inFlight + 1) / 4), inFlight: inFlight)
        }
        #expect(abs(meter.serviceTime - 0.08) < 1e-6)
    }
}
