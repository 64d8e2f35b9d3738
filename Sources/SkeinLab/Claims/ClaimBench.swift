// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Runs what claims ask for, once.
package final class ClaimBench {
    private let bench: LabBench
    private let change: (inout Scenario) -> Void
    private var known: [String: LabRuns] = [:]

    /// - Parameter change: is made to every scenario, e.g. to shorten it.
    package init(_ bench: LabBench, change: @escaping (inout Scenario) -> Void = { _ in }) {
        self.bench = bench
        self.change = change
    }

    /// `scenario` is a name, with settings after it if any: `speeds reporting=0`.
    func runs(_ scenario: String, _ policy: String) throws -> LabRuns {
        let key = "\(scenario): \(policy)"
        if let runs = known[key] { return runs }
        let words = scenario.split(separator: " ").map(String.init)
        guard var world = words.first.flatMap(Scenario.named) else {
            throw ConfigurationError("the lab has no scenario \"\(scenario)\"")
        }
        for setting in words.dropFirst() { try world.set(setting) }
        change(&world)
        guard let runs = try bench.run(world, [LabPolicy(parsing: policy)]).first else {
            throw ConfigurationError("run \(key): there is no seed")
        }
        known[key] = runs
        return runs
    }

    /// One policy's percentile over another's.
    func ratio(_ scenario: String, _ policy: String, to other: String, quantile share: Double = 0.99) throws -> Double {
        try runs(scenario, policy).ratio(to: runs(scenario, other), quantile: share)
    }
}
