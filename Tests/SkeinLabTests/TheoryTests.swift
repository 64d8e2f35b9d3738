// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinLab

/// What queueing theory says of servers that get calls at random.
struct TheoryTests {
    private func mean(_ scenario: Scenario) throws -> Double {
        let runs = try LabBench(seeds: 1..<2).run(scenario, [LabPolicy(parsing: "random")])
        return try #require(runs.first).whole.total.latencies.mean
    }

    private func world(cores: Int, demand: Demand) -> Scenario {
        Scenario("theory", "").with {
            ($0.clients, $0.servers, $0.cores, $0.demand) = (4, 8, cores, demand)
            $0.loads = [(0, 0.6)]
            ($0.networkDelay, $0.timeout) = (0, 1e6)
            ($0.warmUp, $0.duration) = (5, cores == 1 ? 400 : 110)
        }
    }

    /// The mean response of M/G/1 with processor sharing is that of M/M/1, whatever the work is like.
    @Test(
        "one core: the mean response is 1 / (service rate - arrival rate)",
        arguments: [Demand.exponential(mean: 0.1), .constant(0.1)])
    func oneCore(demand: Demand) throws {
        let response = try mean(world(cores: 1, demand: demand))
        #expect(abs(response / (0.1 / 0.4) - 1) < 0.08)
    }

    /// Erlang's C for four servers at load 0.6 is 0.2870: the mean response is 1 + C / (4 · 0.4) service times.
    @Test("four cores: the mean response is Erlang's")
    func fourCores() throws {
        let response = try mean(world(cores: 4, demand: .exponential(mean: 0.1)))
        #expect(abs(response / 0.117_94 - 1) < 0.04)
    }
}
