// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A policy with others inside of it, which its registry makes.
package protocol ContainerPolicy: LoadBalancingPolicy where Configuration: ContainerConfiguration {
    init(_ configuration: Configuration, seed: UInt64, policies: LoadBalancingRegistry)
}

extension ContainerPolicy {
    /// With those of this library inside.
    package init(_ configuration: Configuration, seed: UInt64) {
        self.init(configuration, seed: seed, policies: .builtIn)
    }
}

/// The config of a policy with others inside of it.
package protocol ContainerConfiguration: LoadBalancingConfiguration {
    /// The policies inside; empty when one is demanded and not there.
    var children: [LoadBalancing] { get }

    /// Throws unless all that is inside can be made, and suits.
    func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError)
}

extension ContainerConfiguration {
    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        try validateChildren(policies, as: choice, reading)
    }

    func validateChildren(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, isBare: Bool = false, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        guard !children.isEmpty else { throw choice.problem("childPolicy is missing: expected a list of policies") }
        for child in children { _ = try policies.make([child], seed: 0, isBare: isBare, reading: reading) }
    }
}

extension LoadBalancing {
    /// An error about the config as a whole.
    func problem(_ message: String) -> ConfigurationError {
        json?.error("\(path): \(message)") ?? ConfigurationError("\(path): \(message)")
    }
}
