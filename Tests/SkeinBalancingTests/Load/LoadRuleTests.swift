// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite struct LoadRuleTests {
    struct Server: Sendable {
        var inFlight: UInt32
        var latency: Float = 0.1
        var serviceTime: Float = 0.1
        var parallelism: UInt32 = 1
        var measured: Float?
    }

    private static func rank(_ server: Server, _ rule: LoadRule) -> LoadRank {
        let load = ServerLoad(
            inFlight: server.inFlight, latency: server.latency, serviceTime: server.serviceTime,
            parallelism: server.parallelism)
        let expected = rule.expected(load, inFlight: Int(server.inFlight))
        return rule.rank(expected, inFlight: Int(server.inFlight), hot: 5, measured: server.measured)
    }

    @Test(
        "of two servers the first is better",
        arguments: [
            (.hotCold, Server(inFlight: 5, latency: 0.1), Server(inFlight: 1, latency: 0.3)),
            // Within a step of 2 the calls in flight decide.
            (.hotCold, Server(inFlight: 1, latency: 0.12), Server(inFlight: 2, latency: 0.07)),
            (.hotCold, Server(inFlight: 1, latency: 9), Server(inFlight: 6, latency: 0.01)),
            (.hotCold, Server(inFlight: 6, latency: 9), Server(inFlight: 7, latency: 0.01)),
            (.expectedDelay, Server(inFlight: 3, serviceTime: 0.05), Server(inFlight: 1, serviceTime: 0.2)),
            (.expectedDelay, Server(inFlight: 3, parallelism: 4), Server(inFlight: 3, parallelism: 1)),
            (.expectedDelay, Server(inFlight: 1, serviceTime: 9), Server(inFlight: 6, serviceTime: 0.01)),
            // Who reports to be a thousand times as fast as measured is believed a factor of 8.
            (
                .expectedDelay, Server(inFlight: 0, serviceTime: 0.5),
                Server(inFlight: 0, serviceTime: 0.01, measured: 10)
            ),
            (
                .expectedDelay, Server(inFlight: 0, serviceTime: 100, measured: 0.01),
                Server(inFlight: 0, serviceTime: 0.5)
            ),
        ] as [(LoadRule, Server, Server)])
    func order(rule: LoadRule, better: Server, worse: Server) {
        #expect(LoadRuleTests.rank(better, rule) < LoadRuleTests.rank(worse, rule))
        #expect(!(LoadRuleTests.rank(worse, rule) < LoadRuleTests.rank(better, rule)))
    }

    @Test("odd reports are ranked as well", arguments: [Float.nan, .infinity, -1, 0, .greatestFiniteMagnitude])
    func odd(number: Float) {
        let server = Server(inFlight: .max, latency: number, serviceTime: number, parallelism: 0)
        for rule in [LoadRule.hotCold, .expectedDelay] {
            _ = LoadRuleTests.rank(server, rule)
            let load = ServerLoad(inFlight: 0, latency: number, serviceTime: number, parallelism: 0)
            _ = rule.rank(rule.expected(load, inFlight: 0), inFlight: 0, hot: .max, measured: 1)
        }
    }

    @Test("the threshold of what is hot is the quantile of the last 128 reports")
    func quantile() {
        var quantile = LoadQuantile(0.9)
        var threshold: Int?
        for number in 0..<1000 { threshold = quantile.insert(number % 10) ?? threshold }
        #expect(threshold == 8 || threshold == 9)
        for _ in 0..<128 { threshold = quantile.insert(100_000) ?? threshold }
        #expect(threshold == 1023)
        var all = LoadQuantile(1)
        for number in 0..<64 { threshold = all.insert(number) ?? threshold }
        #expect(threshold == .max)
    }
}
