// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `weighted_target_experimental`: gRPC's parts of given weights (gRFC A28).
package struct WeightedTargetExperimentalConfiguration: PartitionConfiguration {
    package static let name = "weighted_target_experimental"
    fileprivate var targets: [WeightedTarget] = []

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        targets = try WeightedTarget.read(&fields)
    }

    package var children: [LoadBalancing] { targets.map(\.child) }
    package func targets(_ names: [String]) -> [PartitionTarget] { targets.map(\.target) }
    package func shares(of parts: [PartitionPart]) -> [Double] { targets.shares(of: parts) }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        guard !targets.isEmpty else { throw choice.problem("targets is empty: expected at least one target") }
        try validateChildren(policies, as: choice, reading)
    }
}

/// `weighted_target`: the same; without targets, one for each zone, which weighs as much as what is ready there.
package struct WeightedTargetConfiguration: PartitionConfiguration {
    package static let name = "weighted_target"
    fileprivate var targets: [WeightedTarget] = []
    private var child: LoadBalancing = .roundRobin

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        targets = try WeightedTarget.read(&fields)
        child = try fields.policy("childPolicy") ?? .roundRobin
    }

    package var children: [LoadBalancing] { targets.map(\.child) + [child] }

    package func targets(_ names: [String]) -> [PartitionTarget] {
        targets.isEmpty ? names.map { PartitionTarget(name: $0, child: child) } : targets.map(\.target)
    }

    package func shares(of parts: [PartitionPart]) -> [Double] {
        targets.isEmpty ? parts.map(\.readyWeight) : targets.shares(of: parts)
    }
}

private struct WeightedTarget: Sendable, Hashable {
    let target: PartitionTarget
    let weight: Int

    var child: LoadBalancing { target.child }

    static func read(_ fields: inout ConfigFields) throws(ConfigurationError) -> [WeightedTarget] {
        var targets: [WeightedTarget] = []
        for (name, nested) in try fields.map("targets") {
            var nested = nested
            let weight = try nested.int("weight", required: 1...Int(UInt32.max))
            guard let child = try nested.policy("childPolicy") else {
                throw nested.problem("childPolicy is missing: expected a list of policies")
            }
            targets.append(WeightedTarget(target: PartitionTarget(name: name, child: child), weight: weight))
        }
        return targets
    }
}

extension [WeightedTarget] {
    fileprivate func shares(of parts: [PartitionPart]) -> [Double] {
        let weights = Dictionary(map { ($0.target.name, Double($0.weight)) }, uniquingKeysWith: { first, _ in first })
        return parts.map { weights[$0.name] ?? 0 }
    }
}
