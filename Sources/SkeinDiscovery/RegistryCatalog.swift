// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinResolution

/// The service registries of an application, by scheme. A value: registering in one catalog changes no other.
public struct RegistryCatalog: Sendable {
    private var registries: [String: any ServiceRegistry.Type] = [:]
    private var combinations: [String: RegistryCombination] = [:]
    /// How channels use what the registries say.
    public var options = DiscoveryOptions()

    /// Every service registry of the library; a new one is added to this list.
    public static let builtIn = RegistryCatalog(
        ConsulRegistry.self,
        EtcdRegistry.self,
        EurekaRegistry.self,
        KubernetesRegistry.self,
        MemcachedRegistry.self,
        RedisRegistry<RedisNodes>.self,
        RedisRegistry<RedisSentinels>.self,
        SkeinRegistry.self,
        ZooKeeperRegistry.self
    )

    /// A catalog of these registries alone.
    public init(_ registries: any ServiceRegistry.Type...) {
        for registry in registries { register(registry) }
    }

    /// Adds a registry for all its schemes, in place of earlier ones.
    public mutating func register(_ registry: any ServiceRegistry.Type) {
        for scheme in registry.schemes { registries[scheme.lowercased()] = registry }
    }

    /// Makes `scheme:///service` a target for the service in several registries.
    public mutating func register(_ combination: RegistryCombination, as scheme: String) {
        combinations[scheme.lowercased()] = combination
    }

    /// The registered schemes, sorted.
    public var schemes: [String] { (Array(registries.keys) + combinations.keys).sorted() }

    /// What resolves a target of one of the schemes.
    func resolver(_ target: Target, _ context: ResolverContext) throws -> any Resolver {
        guard let combination = combinations[target.scheme] else { return try RegistryResolver(target, context, self) }
        return try CombinedResolver(combination, target, context, self)
    }

    /// The registry that a target without a service names, e.g. `etcd://127.0.0.1:2379`.
    public func registry(_ text: String, _ context: RegistryContext) throws(ConfigurationError) -> any ServiceRegistry {
        try located(text, context).registry
    }

    /// The registry that a target without a service names, and where that is, to register `what` in it.
    func registrable(
        _ text: String, _ what: String, _ context: RegistryContext
    ) throws(ConfigurationError) -> (registry: any ServiceRegistry, location: RegistryTarget) {
        let (registry, location) = try located(text, context)
        guard let reason = registry.traits.readOnlyReason else { return (registry, location) }
        throw ConfigurationError("register \(what) in \(location): \(reason)")
    }

    private func located(
        _ text: String, _ context: RegistryContext
    ) throws(ConfigurationError) -> (registry: any ServiceRegistry, location: RegistryTarget) {
        let target = try Target(text, schemes: schemes)
        let type = try type(of: target)
        let location = try RegistryTarget(target, defaultPort: type.defaultPort, namesServers: type.namesServers)
        return (try RegistryCatalog.checked(target) { try type.init(location, context) }, location)
    }

    /// The registry and the service that a target names, e.g. `etcd://127.0.0.1:2379/greeter`, and where that is.
    func service(
        _ target: Target, _ context: RegistryContext
    ) throws(ConfigurationError) -> (registry: any ServiceRegistry, service: String, location: RegistryTarget) {
        let type = try type(of: target)
        let whole = try RegistryTarget(target, defaultPort: type.defaultPort, namesServers: type.namesServers)
        return try RegistryCatalog.checked(target) {
            let (location, service) = try type.locate(whole)
            return (try type.init(location, context), service, location)
        }
    }

    /// The name of the service that a target names.
    func serviceName(_ target: Target) throws(ConfigurationError) -> String {
        if combinations[target.scheme] != nil { return target.path }
        let type = try type(of: target)
        let whole = try RegistryTarget(target, defaultPort: type.defaultPort, namesServers: type.namesServers)
        return try RegistryCatalog.checked(target) { try type.locate(whole).service }
    }

    private func type(of target: Target) throws(ConfigurationError) -> any ServiceRegistry.Type {
        if let type = registries[target.scheme] { return type }
        throw target.unknownScheme(schemes)
    }

    private static func checked<Value>(
        _ target: Target, _ body: () throws -> Value
    ) throws(ConfigurationError) -> Value {
        do {
            return try body()
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError("read target \(JSONValue.quoted(target.description)): \(error)")
        }
    }
}
