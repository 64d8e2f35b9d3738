// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
public import SkeinResolution

extension ResolverRegistry {
    /// Adds a resolver for each of the catalog's registries, in place of earlier ones.
    public mutating func register(_ catalog: RegistryCatalog) {
        register(
            ResolverFactory(
                serviceAuthority: { target in
                    Result { () throws(ConfigurationError) in
                        Target.serviceAuthority(of: try catalog.serviceName(target))
                    }
                },
                make: { target, context in try catalog.resolver(target, context) }),
            for: catalog.schemes)
    }
}
