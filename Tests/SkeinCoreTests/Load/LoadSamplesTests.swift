// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinCore

@Suite("the last calls of a server")
struct LoadSamplesTests {
    @Test("nothing is known before the first")
    func empty() {
        let samples = LoadSamples(parallelism: 4)
        #expect(samples.serviceTime == 0)
        #expect(samples.latency(near: 3) == 0)
    }

    @Test("the service time is the plain mean of the first calls, and follows slowly later")
    func serviceTime() {
        var samples = LoadSamples(parallelism: 1)
        for latency: Float in [0.010, 0.020, 0.030] { samples.record(latency: latency, inFlight: 0) }
        #expect(abs(samples.serviceTime - 0.020) < 1e-6)
        for _ in 0..<1_000 { samples.record(latency: 0.020, inFlight: 0) }
        samples.record(latency: 1.020, inFlight: 0)
        #expect(abs(samples.serviceTime - 0.025) < 1e-4)
    }

    @Test(
        "calls that share the server count for what they would take alone",
        arguments: [(0, 0.010), (3, 0.010), (7, 0.020), (15, 0.040)])
    func sharing(others: UInt32, latency: Float) {
        var samples = LoadSamples(parallelism: 4)
        for _ in 0..<50 { samples.record(latency: latency, inFlight: others) }
        #expect(abs(samples.serviceTime - 0.010) < 1e-6)
    }

    @Test("the latency is the median of calls that met about as many others")
    func median() {
        var samples = LoadSamples(parallelism: 1)
        for index in 0..<32 {
            samples.record(latency: 0.001, inFlight: UInt32(index % 3))
            samples.record(latency: 0.100, inFlight: 100 + UInt32(index % 3))
        }
        #expect(samples.latency(near: 1) == 0.001)
        #expect(samples.latency(near: 90) == 0.100)
        // Old ones are forgotten.
        for _ in 0..<LoadSamples.capacity { samples.record(latency: 0.005, inFlight: 50) }
        #expect(samples.latency(near: 1) == 0.005)
    }
}
