// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@testable import SkeinLab

struct SimulationTests {
    private func small(_ change: (inout Scenario) -> Void = { _ in }) -> Scenario {
        Scenario("small", "").with {
            ($0.clients, $0.servers, $0.cores) = (8, 10, 2)
            $0.loads = [(0, 0.7)]
            ($0.warmUp, $0.duration) = (1, 7)
            change(&$0)
        }
    }

    private func run(_ scenario: Scenario, _ policy: String, seed: UInt64 = 1, trace: Trace? = nil) throws -> LabResult
    {
        var simulation = try Simulation(scenario, LabPolicy(parsing: policy), seed: seed, trace: trace)
        return simulation.run()
    }

    @Test(
        "the same seed gives the same run",
        arguments: LoadBalancingRegistry.builtIn.names.filter { $0 != "pick_first" } + LabPolicy.own.map(\.name))
    func determinism(policy: String) throws {
        let scenario = small {
            $0.antagonist = .fitted
            $0.antagonist?.period = 1
            $0.churn = 0.5
            ($0.clients, $0.servers, $0.duration) = (4, 6, 3)
            $0.keys = 50
            $0.failures = [.init(server: 2, from: 1.5, share: 0.5)]
        }
        let (one, again, other) = try (run(scenario, policy), run(scenario, policy), run(scenario, policy, seed: 2))
        #expect(one.events == again.events)
        #expect(one.calls == again.calls)
        #expect(one.total.latencies == again.total.latencies)
        #expect(one.total.failures == again.total.failures)
        #expect(one.total.latencies != other.total.latencies)
    }

    @Test("all policies get the same calls, and every call ends in one way")
    func pairing() throws {
        let results = try ["random", "least_request", "expected_delay"].map { try run(small(), $0).total }
        #expect(Set(results.map(\.calls)).count == 1)
        for result in results {
            #expect(result.calls > 400)
            // Some are on their way at the end.
            let ended = result.latencies.count + result.failures + result.unsent
            #expect(ended <= result.calls && ended > result.calls - 60)
        }
    }

    @Test("a server that fails at once loses its share of calls, and nobody else's")
    func failing() throws {
        let result = try run(small { $0.failures = [.init(server: 3, from: 0)] }, "round_robin")
        #expect(abs(result.total.failureShare - 0.1) < 0.02)
        #expect(result.total.timeouts == 0)
    }

    @Test("servers that are replaced lose what they were doing, and their successors get calls")
    func churn() throws {
        let result = try run(small { $0.churn = 0.5 }, "least_request")
        #expect(result.total.failures > 10)
        #expect(result.total.failureShare < 0.06)
        #expect(result.total.unsent == 0)
        #expect(result.imbalance < 1.5)
    }

    @Test("an overloaded server's calls end at the timeout")
    func timeouts() throws {
        let result = try run(
            small {
                $0.speeds = [0.1] + Array(repeating: 1, count: 9)
                $0.timeout = 1
            }, "round_robin")
        #expect(abs(result.total.errorShare - 0.1) < 0.04)
        #expect(result.total.latencies.quantile(1) < 1.02)
        #expect(result.imbalance < 1.1)
    }

    @Test("connection attempts take their time, and calls go to those that are connected")
    func connecting() throws {
        let channel = try SimulatedChannel(.roundRobin, servers: 3, seed: 1)
        let call = LabCall(MethodDescriptor("s", "m", .unary))
        func servers(at time: Double) -> Set<Int> {
            Set((0..<30).compactMap { _ in channel.pick(call, at: time)?.attempt.server })
        }
        #expect(servers(at: 0) == [0, 1, 2])
        channel.connectDelay = 2
        channel.setDown(1, true, at: 1)
        #expect(servers(at: 1) == [0, 2])
        channel.setDown(1, false, at: 2)
        #expect(servers(at: 2.5) == [0, 2])
        #expect(servers(at: 8) == [0, 1, 2])
    }

    @Test("load steps are counted one by one")
    func steps() throws {
        let scenario = small {
            $0.loads = [(0, 0.3), (4, 0.6)]
        }
        let steps = try run(scenario, "round_robin").steps
        #expect(steps.map(\.load) == [0.3, 0.6])
        #expect(abs(Double(steps[1].calls) / Double(steps[0].calls) - 2) < 0.4)
    }

    @Test("a trace's calls come when it says, with its keys and its work")
    func trace() throws {
        let lines = (0..<200).map { #"{"time": \#(Double($0) * 0.01), "key": "k\#($0 % 5)", "demand": 0.01}"# }
        let trace = try Trace(jsonLines: lines.joined(separator: "\n") + "\n\n")
        let scenario = small { ($0.warmUp, $0.networkDelay) = (0, 0) }
        let result = try run(scenario, "maglev", trace: trace)
        #expect(result.total.calls == 200)
        #expect(abs(result.total.latencies.quantile(0.5) - 0.01) < 0.001)
        #expect(result.calls.count { $0 > 0 } <= 5)
        #expect(result.calls.allSatisfy { $0 % 40 == 0 })
    }

    @Test(
        "a trace that is wrong is refused with the line",
        arguments: [
            ("{\"time\": 1}\n{\"time\": \"x\"}", "line 2"), ("{}", "time is missing"), ("[]", "line 1"),
            ("{\"time\": -1}", "line 1"), ("{\"time\": 1", "line 1"),
        ])
    func wrongTrace(text: String, expected: String) throws {
        let error = try #require(throws: ConfigurationError.self) { _ = try Trace(jsonLines: text) }
        #expect(error.message.contains(expected))
    }
}
