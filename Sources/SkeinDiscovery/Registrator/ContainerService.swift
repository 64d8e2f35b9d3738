// SPDX-License-Identifier: Apache-2.0

/// A service at one port of a container, ready to be registered.
struct ContainerService: Sendable, Hashable {
    /// What registries tell instances apart by.
    struct Key: Sendable, Hashable, CustomStringConvertible {
        var service: String
        var id: String

        var description: String { "\(id) of \(service)" }
    }

    /// Its host is empty when the service is reached at this machine's address, which depends on the registry.
    var instance: ServiceInstance
    var check: ContainerCheck?
    /// `nil`: as for all.
    var ttl: Duration?

    var key: Key { Key(service: instance.service, id: instance.id) }

    /// The instance as it is registered by a machine that is reached at `address`.
    func placed(at address: String) -> ServiceInstance {
        var placed = instance
        if placed.host.isEmpty { placed.host = address }
        placed.healthCheck = check?.healthCheck(host: placed.host, port: placed.port)
        return placed
    }
}
