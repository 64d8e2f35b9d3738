// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The load balancing policies that a channel knows, by name.
public struct LoadBalancingRegistry: Sendable {
    /// Every policy of this library: the one list to extend.
    public static let builtIn: LoadBalancingRegistry = {
        var registry = LoadBalancingRegistry()
        registry.register(PickFirst.self)
        registry.register(RoundRobin.self)
        registry.register(Random.self)
        registry.register(WeightedRandom.self)
        registry.register(WeightedRoundRobin.self)
        registry.register(LeastRequest.self)
        registry.register(LeastRequestExperimental.self)
        registry.register(LeastConnections.self)
        registry.register(Auto.self)
        registry.register(PeakEWMA.self)
        registry.register(Prequal.self)
        registry.register(ExpectedDelay.self)
        registry.register(RingHash.self)
        registry.register(RingHashExperimental.self)
        registry.register(Maglev.self)
        registry.register(Rendezvous.self)
        registry.register(SourceHash.self)
        registry.register(Ejection<OutlierDetectionConfiguration>.self)
        registry.register(Ejection<OutlierDetectionExperimentalConfiguration>.self)
        registry.register(SlowStart.self)
        registry.register(Subsetting<SubsettingConfiguration>.self)
        registry.register(Subsetting<RandomSubsettingConfiguration>.self)
        registry.register(Partition<WeightedTargetConfiguration>.self)
        registry.register(Partition<WeightedTargetExperimentalConfiguration>.self)
        registry.register(Partition<LocalityConfiguration>.self)
        registry.register(Priority<EndpointPriorityConfiguration>.self)
        registry.register(Priority<PriorityExperimentalConfiguration>.self)
        return registry
    }()

    private var policies: [String: any LoadBalancingPolicy.Type] = [:]

    /// A registry that knows no policy.
    public init() {}

    /// Adds a policy; one of the same name is replaced.
    public mutating func register<P: LoadBalancingPolicy>(_ policy: P.Type) { policies[P.name] = policy }

    /// Adds a policy; one of the same name is replaced.
    public mutating func register<P: EndpointPolicy>(_ policy: P.Type) { register(Sharded<P>.self) }

    /// All registered names, sorted.
    public var names: [String] { policies.keys.sorted() }

    /// The first entry whose name is registered (gRPC service config, loadBalancingConfig). Throws when none is.
    package func choose(_ choices: [LoadBalancing]) throws(ConfigurationError) -> LoadBalancing {
        guard let choice = choices.first(where: { policies[$0.policy] != nil }) else { throw unknown(choices) }
        return choice
    }

    /// The policy of the first entry whose name is registered. Throws when none is, or when that entry's
    /// configuration is invalid.
    /// - Parameters:
    ///   - isBare: without the ejection that load-aware policies have beneath.
    ///   - reading: is told which fields of the configuration are known.
    package func make(
        _ choices: [LoadBalancing], seed: UInt64, isBare: Bool = false, reading: ConfigReading = .init()
    ) throws(ConfigurationError) -> AnyPolicy {
        let choice = try choose(choices)
        let isEjecting = !isBare && ejectsFailing(choice)
        let (type, inner): (any LoadBalancingPolicy.Type, LoadBalancing) =
            isEjecting
            ? (Ejection<FailingEjection>.self, FailingEjection.around(choice)) : (try registered(choice), choice)
        let policy = try make(type, inner, seed, reading)
        return AnyPolicy(policy, name: choice.policy, isEjecting: isEjecting, self)
    }

    /// Throws what `make` would throw.
    package func validate(_ choices: [LoadBalancing]) throws(ConfigurationError) { _ = try make(choices, seed: 0) }

    /// Throws for a configuration that is invalid, and for one with policies inside that are.
    func configuration<P: LoadBalancingPolicy>(
        of type: P.Type, _ choice: LoadBalancing, _ reading: ConfigReading = .init()
    ) throws(ConfigurationError) -> P.Configuration {
        let configuration = try P.Configuration(of: choice, knownPolicies: names, reading: reading)
        if let container = configuration as? any ContainerConfiguration {
            try container.validate(self, as: choice, reading)
        }
        return configuration
    }

    /// Whether the policy has an ejection beneath unless it is made bare. Around slow start, if the policy inside of that
    /// would have one: who comes back is new.
    func ejectsFailing(_ choice: LoadBalancing) -> Bool {
        guard let type = policies[choice.policy] else { return false }
        guard type is SlowStart.Type, let inside = try? children(type, choice) else { return type.ejectsFailing }
        return inside.contains(where: ejectsFailing)
    }

    /// Whether `holds` is true of the policy, or of one inside of it.
    func contains(
        _ choice: LoadBalancing, where holds: (any LoadBalancingPolicy.Type) -> Bool
    ) throws(ConfigurationError) -> Bool {
        let type = try registered(choice)
        if holds(type) { return true }
        for child in try children(type, choice) where try contains(child, where: holds) { return true }
        return false
    }

    private func children<P: LoadBalancingPolicy>(
        _ type: P.Type, _ choice: LoadBalancing
    ) throws(ConfigurationError) -> [LoadBalancing] {
        let configuration = try P.Configuration(of: choice, knownPolicies: names)
        return (configuration as? any ContainerConfiguration)?.children ?? []
    }

    private func registered(_ choice: LoadBalancing) throws(ConfigurationError) -> any LoadBalancingPolicy.Type {
        guard let type = policies[choice.policy] else { throw unknown([choice]) }
        return type
    }

    private func make<P: LoadBalancingPolicy>(
        _ type: P.Type, _ choice: LoadBalancing, _ seed: UInt64, _ reading: ConfigReading
    ) throws(ConfigurationError) -> any LoadBalancingPolicy {
        let configuration = try configuration(of: type, choice, reading)
        guard let container = type as? any ContainerPolicy.Type else { return P(configuration, seed: seed) }
        return make(container, configuration, seed) ?? P(configuration, seed: seed)
    }

    private func make<P: ContainerPolicy>(
        _ type: P.Type, _ configuration: any LoadBalancingConfiguration, _ seed: UInt64
    ) -> (any LoadBalancingPolicy)? {
        (configuration as? P.Configuration).map { P($0, seed: seed, policies: self) }
    }

    private func unknown(_ choices: [LoadBalancing]) -> ConfigurationError {
        let expected = "expected one of \(names.joined(separator: ", "))"
        guard !choices.isEmpty else { return ConfigurationError("no load balancing policy is named: \(expected)") }
        let found = choices.map { "\"\($0.policy)\"\(Spelling.hint(for: $0.policy, in: names))" }
        return ConfigurationError(
            "load balancing policy \(found.joined(separator: ", ")) is not registered: \(expected)")
    }
}

extension LoadBalancingConfiguration {
    /// What was made in code, or is read from JSON, or the defaults.
    init(
        of choice: LoadBalancing, knownPolicies: [String], reading: ConfigReading = .init()
    ) throws(ConfigurationError) {
        if let typed = choice.configuration {
            guard let configuration = typed as? Self else {
                throw ConfigurationError(
                    "the configuration of \(choice.policy) is a \(type(of: typed)): expected a \(Self.self)")
            }
            self = configuration
        } else if let json = choice.json {
            var fields = try ConfigFields(json, path: choice.path, knownPolicies: knownPolicies, reading: reading)
            try self.init(reading: &fields)
        } else {
            self.init()
        }
    }
}
