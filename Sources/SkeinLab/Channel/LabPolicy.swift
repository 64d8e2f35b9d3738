// SPDX-License-Identifier: Apache-2.0
package import SkeinBalancing
package import SkeinCore

/// What is tried: a policy of the library, or one that only the lab has, to compare with.
package struct LabPolicy: Sendable {
    /// What results call it.
    package let name: String
    private let make: @Sendable (Scenario, Fleet, UInt64) throws(ConfigurationError) -> [any Chooser]

    /// A policy of the library: every client has one.
    package init(
        _ choice: LoadBalancing, name: String? = nil, hasWeights: Bool = false,
        registry: LoadBalancingRegistry = .builtIn
    ) throws(ConfigurationError) {
        try registry.validate([choice])
        self.init(name ?? choice.policy) { scenario, _, seed throws(ConfigurationError) in
            var seeds = SplitMix64(seed: seed)
            var channels: [any Chooser] = []
            for _ in 0..<scenario.clients {
                let channel = try SimulatedChannel(
                    choice, servers: scenario.servers, weights: hasWeights ? scenario.weights : [],
                    seed: seeds.next(), registry: registry)
                channels.append(channel)
            }
            return channels
        }
    }

    init(
        _ name: String, make: @escaping @Sendable (Scenario, Fleet, UInt64) throws(ConfigurationError) -> [any Chooser]
    ) {
        self.name = name
        self.make = make
    }

    /// Reads `NAME` or `NAME {config}`, where the name is a policy's, perhaps with `+weights` (the resolver knows how fast
    /// the servers are), or one of `own`.
    package init(parsing text: String) throws(ConfigurationError) {
        if let own = LabPolicy.own.first(where: { $0.name == text }) {
            self = own
            return
        }
        let name = text.prefix { $0 != " " && $0 != "{" }
        let json = text.dropFirst(name.count).drop { $0 == " " }
        let hasWeights = name.hasSuffix("+weights")
        let policy = String(hasWeights ? name.dropLast(8) : name)
        try self.init(
            json.isEmpty ? LoadBalancing(policy: policy) : LoadBalancing(policy: policy, json: String(json)),
            name: text, hasWeights: hasWeights)
    }

    func makeChoosers(_ scenario: Scenario, _ fleet: Fleet, seed: UInt64) throws(ConfigurationError) -> [any Chooser] {
        try make(scenario, fleet, seed)
    }
}

extension LabPolicy {
    /// Those that only the lab has.
    package static let own: [LabPolicy] = [
        LabPolicy("central_shortest_queue") { scenario, fleet, seed throws(ConfigurationError) in
            let one = CentralChooser(fleet, knowsSpeeds: false, seed: seed)
            return Array(repeating: one, count: scenario.clients)
        },
        LabPolicy("central_expected_delay") { scenario, fleet, seed throws(ConfigurationError) in
            let one = CentralChooser(fleet, knowsSpeeds: true, seed: seed)
            return Array(repeating: one, count: scenario.clients)
        },
        LabPolicy("c3") { scenario, _, seed throws(ConfigurationError) in
            var seeds = SplitMix64(seed: seed)
            return (0..<scenario.clients).map { _ in CubicPool(servers: scenario.servers, seed: seeds.next()) }
        },
    ]
}
