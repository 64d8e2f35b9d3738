// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What a channel would make of a service config: whether it would use it, and what in it has no effect.
package struct ServiceConfigCheck: Sendable {
    /// The config, when it is valid as a whole and one of its policies can be used.
    package let config: Result<ServiceConfig, ConfigurationError>
    package let warnings: [ConfigWarning]

    /// - Parameter policies: those that the channel knows.
    package init(_ json: JSONValue, _ policies: LoadBalancingRegistry) {
        let reading = ConfigReading()
        do throws(ConfigurationError) {
            let config = try ServiceConfig(json, reading: reading)
            try policies.validate(config, reading)
            self.config = .success(config)
            warnings = reading.unread(in: json) + reading.skipped
        } catch {
            config = .failure(error)
            warnings = []
        }
    }
}

extension LoadBalancingRegistry {
    /// Throws for a config that a channel would not use as a whole; one that names no policy leaves that to the channel.
    package func validate(_ config: ServiceConfig, _ reading: ConfigReading = .init()) throws(ConfigurationError) {
        try config.validate()
        guard !config.loadBalancing.isEmpty else { return }
        for unknown in config.loadBalancing.prefix(while: { !names.contains($0.policy) }) {
            reading.skip(unknown, known: names)
        }
        _ = try make(config.loadBalancing, seed: 0, reading: reading)
    }
}
