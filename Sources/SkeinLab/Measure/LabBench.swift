// SPDX-License-Identifier: Apache-2.0

/// Runs scenarios with policies over the same seeds.
package enum LabBench {
    /// One result for each seed.
    package static func run(
        _ scenario: Scenario, _ policy: LabPolicy, seeds: Range<UInt64>, trace: Trace? = nil
    ) throws -> [LabResult] {
        try seeds.map { seed in
            var simulation = try Simulation(scenario, policy, seed: seed, trace: trace)
            return simulation.run()
        }
    }

    /// All of them as one.
    package static func merge(_ results: [LabResult]) -> LabResult? {
        guard var whole = results.first else { return nil }
        for result in results.dropFirst() { whole.merge(result) }
        return whole
    }
}
