// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinResolution

/// The service registries of an application, by scheme. A value: registering in one catalog changes no other.
public struct RegistryCatalog: Sendable {
    private var registries: [String: any ServiceRegistry.Type] = [:]
    /// How channels use what the registries say.
    public var options = DiscoveryOptions()

    /// Every service registry of the library; a new one is added to this list.
    public static let builtIn = RegistryCatalog(
        MemcachedRegistry.self,
        RedisRegistry<RedisNodes>.self,
        RedisRegistry<RedisSentinels>.self,
        ZooKeeperRegistry.self)

    /// A catalog of these registries alone.
    public init(_ registries: any ServiceRegistry.Type...) {
        for registry in registries { register(registry) }
    }

    /// Adds a registry for all its schemes, in place of earlier ones.
    public mutating func register(_ registry: any ServiceRegistry.Type) {
        for scheme in registry.schemes { registries[scheme.lowercased()] = registry }
    }

    /// The registered schemes, sorted.
    public var schemes: [String] { registries.keys.sorted() }

    /// The registry that a target without a service names, e.g. `etcd://127.0.0.1:2379`.
    public func registry(_ text: String, _ context: RegistryContext) throws(ConfigurationError) -> any ServiceRegistry {
        try located(text, context).registry
    }

    func located(
        _ text: String, _ context: RegistryContext
    ) throws(ConfigurationError) -> (registry: any ServiceRegistry, location: RegistryTarget) {
        let target = try Target(text, schemes: schemes)
        let type = try type(of: target)
        let location = try RegistryTarget(target, defaultPort: type.defaultPort)
        return (try RegistryCatalog.checked(target) { try type.init(location, context) }, location)
    }

    /// The registry and the service that a target names, e.g. `etcd://127.0.0.1:2379/greeter`.
    func service(
        _ target: Target, _ context: RegistryContext
    ) throws(ConfigurationError) -> (registry: any ServiceRegistry, service: String) {
        let type = try type(of: target)
        let whole = try RegistryTarget(target, defaultPort: type.defaultPort)
        return try RegistryCatalog.checked(target) {
            let (location, service) = try type.locate(whole)
            return (try type.init(location, context), service)
        }
    }

    /// The name of the service that a target names.
    func serviceName(_ target: Target) throws(ConfigurationError) -> String {
        let type = try type(of: target)
        let whole = try RegistryTarget(target, defaultPort: type.defaultPort)
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
