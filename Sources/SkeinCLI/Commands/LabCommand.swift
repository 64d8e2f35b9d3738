// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import SkeinLab

/// `skein lab`
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Simulates load balancing policies.",
        discussion: """
            Runs the policies themselves in virtual time, with clients and servers that a scenario describes. The same \
            seed gives the same figures. Without arguments it lists the scenarios.
            """)

    @Option(name: [.short, .customLong("scenario")], help: "A scenario; repeat it for several.")
    var scenarios: [String] = []

    @Option(name: [.short, .customLong("policy")], help: "A policy, with its config after a space if it has one.")
    var policies: [String] = []

    @Option(help: "How many seeds.")
    var seeds = 3

    @Option(help: "Virtual seconds.")
    var duration: Double?

    @Option(name: .customLong("set"), help: "NAME=NUMBER: changes a scenario, e.g. load=0.9.")
    var settings: [String] = []

    func run() throws {
        if scenarios.isEmpty {
            for scenario in Scenario.builtIn { print("\(scenario.name): \(scenario.summary)") }
            return
        }
        for name in scenarios {
            guard var scenario = Scenario.named(name) else {
                throw ValidationError("scenario \(name) is unknown")
            }
            if let duration { scenario.duration = duration }
            for setting in settings { try scenario.set(setting) }
            var results: [LabResult] = []
            for policy in policies {
                let clock = ContinuousClock()
                let start = clock.now
                let runs = try LabBench.run(scenario, LabPolicy(parsing: policy), seeds: 1..<UInt64(seeds) + 1)
                if let whole = LabBench.merge(runs) {
                    results.append(whole)
                    print(policy, whole.events, clock.now - start)
                }
            }
            print(LabReport.table(results))
        }
    }
}
