// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What a registry of resolvers knows of one.
package struct ResolverFactory: Sendable {
    /// The `:authority` that calls to a target carry unless the channel sets one, percent-encoded.
    package var serviceAuthority: @Sendable (Target) -> Result<String, ConfigurationError>
    package var make: @Sendable (Target, ResolverContext) throws -> any Resolver

    package init(
        serviceAuthority: @escaping @Sendable (Target) -> Result<String, ConfigurationError>,
        make: @escaping @Sendable (Target, ResolverContext) throws -> any Resolver
    ) {
        self.serviceAuthority = serviceAuthority
        self.make = make
    }
}
