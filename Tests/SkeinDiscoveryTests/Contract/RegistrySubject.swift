// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import SkeinResolution
import Testing

/// A registry under test, with what its kind can and cannot do.
struct RegistrySubject: Sendable {
    var catalog: RegistryCatalog
    /// Where it is, e.g. `etcd://127.0.0.1:2379/some-prefix`.
    var location: String
    /// The target of a service in it.
    var target: @Sendable (String) -> String
    /// The shortest time that a registration can be made to hold.
    var ttl: Duration = .seconds(2)
    /// How long after the end of its lease an instance may be seen still: registries look now and then.
    var expirySlack: Duration = .seconds(10)
    /// Whether an instance that is gone because it was not renewed has to register again; else a renewal brings it back.
    var isLostAtExpiry = true
    /// How long it takes until watchers see a change.
    var notice: Duration = .seconds(1)
    /// What the registry's format cannot hold is put back to its default.
    var normalized: @Sendable (ServiceInstance) -> ServiceInstance = { $0 }
    /// Stops the registry's server and starts it again, perhaps without its memory.
    var restart: (@Sendable () async throws -> Void)?
    /// The end of a service's name with the characters that names may have there.
    var oddEnd = "-ü.x_y"
    /// Who writes where nothing can be registered; `nil`: instances register.
    var readOnlyWriter: (@Sendable () throws -> any InstanceWriter)?

    /// A subject whose targets are the location, a slash and the service.
    init(_ catalog: RegistryCatalog, _ location: String) {
        self.catalog = catalog
        self.location = location
        target = { "\(location)/\($0)" }
    }

    func registry() throws -> any ServiceRegistry { try catalog.registry(location, RegistryContext()) }

    func watch(_ service: String) throws -> WatchedList { try WatchedList(target(service), catalog) }

    func writer() throws -> any InstanceWriter {
        if let readOnlyWriter { return try readOnlyWriter() }
        return RegisteringWriter(try registry())
    }

    /// Keeps a server in the registry, also when that forgets it. Returns what takes it out.
    func serve(
        _ instance: ServiceInstance, _ writer: any InstanceWriter
    ) async throws -> @Sendable () async throws -> Void {
        guard readOnlyWriter == nil else {
            try await writer.put(instance)
            return { try await writer.remove(instance) }
        }
        let registration = try Registration(
            in: location, service: instance.service,
            options: RegistrationOptions().with { ($0.advertise, $0.ttl) = (instance.address, .seconds(6)) },
            catalog: catalog)
        try await registration.didListen([.ipv4("127.0.0.1", port: instance.port)])
        return {
            await registration.willDrain()
            await registration.didStop()
        }
    }

    /// What somebody who begins to watch now is told first.
    func listed(_ service: String) async throws -> [ServiceInstance]? {
        let list = try watch(service)
        try await until { list.instances != nil }
        return list.instances
    }

    /// By which watchers know these.
    func ids(_ instances: ServiceInstance...) -> Set<String> { Set(instances.map { normalized($0).id }) }

    /// A service name that nothing else uses.
    func freshService() -> String { "s" + String(UInt64.random(in: 0 ... .max), radix: 36) }

    func instance(
        _ service: String, _ number: Int, _ change: (inout ServiceInstance) -> Void = { _ in }
    ) -> ServiceInstance {
        var instance = ServiceInstance(service: service, id: "i\(number)", host: "10.1.2.3", port: 1000 + number)
        change(&instance)
        return instance
    }
}
