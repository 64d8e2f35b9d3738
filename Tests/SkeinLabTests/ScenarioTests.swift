// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinLab

struct ScenarioTests {
    @Test("names are unique, and every scenario can be run", arguments: Scenario.builtIn.map(\.name))
    func builtIn(name: String) throws {
        #expect(Scenario.builtIn.count { $0.name == name } == 1)
        var scenario = try #require(Scenario.named(name))
        (scenario.warmUp, scenario.duration) = (0.05, 0.15)
        scenario.clients = min(scenario.clients, 4)
        var simulation = try Simulation(scenario, LabPolicy(parsing: "least_request"), seed: 1)
        #expect(simulation.run().total.calls > 0)
    }

    @Test("a number of a scenario can be set; others are refused")
    func settings() throws {
        var scenario = try #require(Scenario.named("antagonists-0.9"))
        try scenario.set("load=0.5")
        try scenario.set("servers=7")
        try scenario.set("antagonistPeriod=3")
        #expect(scenario.loads.map(\.load) == [0.5])
        #expect(scenario.servers == 7)
        #expect(scenario.antagonist?.period == 3)
        for wrong in ["loads=1", "load", "load=", "load=x", "load=-1", "load=nan", "load=1e99", "", "="] {
            #expect(throws: ConfigurationError.self, "\(wrong)") { try scenario.set(wrong) }
        }
    }

    @Test("a policy is read with its config and its weights")
    func policies() throws {
        let text = #"least_request+weights {"choiceCount": 3}"#
        #expect(try LabPolicy(parsing: text).name == text)
        for wrong in ["", "nope", "least_request+nope", "least_request {", #"least_request {"choiceCount": 0}"#] {
            #expect(throws: ConfigurationError.self, "\(wrong)") { _ = try LabPolicy(parsing: wrong) }
        }
    }

    @Test(
        "work has the mean that it says",
        arguments: [
            Demand.constant(0.1), .exponential(mean: 0.1), .lognormal(mean: 0.1, sigma: 1), .normal(mean: 0.1),
            .bimodal(short: 0.05, long: 0.55, share: 0.1),
        ])
    func demand(demand: Demand) {
        var chance = Chance(seed: 5)
        let mean = (0..<20_000).reduce(0) { sum, _ in sum + demand.draw(&chance) } / 20_000
        #expect(abs(demand.mean - 0.1) < 1e-9)
        #expect(abs(mean / 0.1 - 1) < 0.04)
    }
}
