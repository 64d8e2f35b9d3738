// SPDX-License-Identifier: Apache-2.0
package import SkeinBalancing
package import SkeinCore

/// What is tried: a policy of the library, or one that only the lab has, to compare with.
package struct LabPolicy: Sendable {
    /// What results call it.
    package let name: String
    private let make: @Sendable (Scenario, UInt64) throws(ConfigurationError) -> [any Chooser]

    /// A policy of the library: every client has one.
    /// - Parameter hasWeights: the resolver knows how fast the servers are.
    package init(
        _ choice: LoadBalancing, name: String? = nil, hasWeights: Bool = false,
        registry: LoadBalancingRegistry = .builtIn
    ) throws(ConfigurationError) {
        try registry.validate([choice])
        self.init(name ?? choice.policy) { scenario, seed throws(ConfigurationError) in
            var seeds = SplitMix64(seed: seed)
            var channels: [any Chooser] = []
            for _ in 0..<scenario.clients {
                channels.append(
                    try SimulatedChannel(
                        choice, servers: scenario.servers, weights: hasWeights ? scenario.weights : [],
                        seed: seeds.next(),
                        registry: registry))
            }
            return channels
        }
    }

    init(
        _ name: String, make: @escaping @Sendable (Scenario, UInt64) throws(ConfigurationError) -> [any Chooser]
    ) {
        self.name = name
        self.make = make
    }

    /// Reads `NAME` or `NAME {config}`; after `NAME+weights` the resolver knows how fast the servers are.
    package init(parsing text: String) throws(ConfigurationError) {
        let name = text.prefix { $0 != " " && $0 != "{" }
        let json = text.dropFirst(name.count).drop { $0 == " " }
        let hasWeights = name.hasSuffix("+weights")
        let policy = String(hasWeights ? name.dropLast(8) : name)
        try self.init(
            json.isEmpty ? LoadBalancing(policy: policy) : LoadBalancing(policy: policy, json: String(json)),
            name: text, hasWeights: hasWeights)
    }

    func makeChoosers(_ scenario: Scenario, seed: UInt64) throws(ConfigurationError) -> [any Chooser] {
        try make(scenario, seed)
    }
}
