// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinServer

@Suite("the rates of a server")
struct LoadRatesTests {
    @Test("they are taken over a second or more, and hold until the next")
    func rates() {
        var rates = LoadRates(cores: 4, at: 1_000, .init(calls: 100, failures: 3, cpu: 2))
        rates.update(.init(calls: 200, failures: 4, cpu: 9), at: 999_999_000)
        #expect(rates.report.requestsPerSecond == 0)
        rates.update(.init(calls: 300, failures: 5, cpu: 6), at: 2_000_001_000)
        #expect(rates.report.requestsPerSecond == 100)
        #expect(rates.report.errorsPerSecond == 1)
        #expect(rates.report.cpuUtilization == 0.5)
        #expect(!rates.isDue(at: 2_900_000_000))
        rates.update(.init(calls: 300, failures: 5, cpu: 6), at: 4_000_001_000)
        #expect(rates.report.requestsPerSecond == 0)
    }
}
