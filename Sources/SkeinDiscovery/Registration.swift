// SPDX-License-Identifier: Apache-2.0
public import Logging
public import SkeinCore
internal import Synchronization

/// Registers a server in a service registry while it serves: `options: .hook(registration)`.
///
/// The server registers once it listens, in the background: a registry that cannot be reached keeps no server from
/// starting, and is asked again until it answers. When the server shuts down it is deregistered first, and serves on
/// until every client can have heard of that.
public final class Registration: ServerHook {
    private struct Held: Sendable {
        var instance: ServiceInstance
        var lease: LeaseID
    }

    private let registry: any ServiceRegistry
    private let location: RegistryTarget
    private let service: String
    private let options: RegistrationOptions
    private let ttl: Duration
    private let context: RegistryContext
    private let running = Mutex<Task<Held?, Never>?>(nil)

    public let propagation: Duration

    /// A registration of `service` in a registry, `scheme://host:port`, perhaps with a path in front of the service.
    public init(
        in registry: String, service: String, options: RegistrationOptions = RegistrationOptions(),
        catalog: RegistryCatalog = .builtIn, logger: Logger = Logger(label: "skein.discovery")
    ) throws(ConfigurationError) {
        context = RegistryContext(logger: logger)
        (self.registry, location) = try catalog.registrable(registry, service, context)
        self.service = service
        self.options = options
        let traits = self.registry.traits
        ttl = options.ttl ?? traits.ttl
        propagation = options.propagation ?? traits.propagation
        guard ttl >= .seconds(1) else {
            throw ConfigurationError("register \(service) in \(location): expected a ttl of at least 1 s, found \(ttl)")
        }
    }

    public func didListen(_ addresses: [EndpointAddress]) async throws {
        let search = AddressSearch(
            location: location, explicit: options.advertise, listening: addresses, context: context)
        // What is wrong in any case is told at once; a registry that nobody finds today is no reason not to serve.
        let address = try await search.find()
        let task = Task { @concurrent in await self.hold(address, search) }
        running.withLock { $0 = task }
    }

    /// Keeps the server registered until cancelled.
    private nonisolated(nonsending) func hold(_ known: AdvertisedAddress?, _ search: AddressSearch) async -> Held? {
        var address = known
        if address == nil {
            address = await search.untilFound("register \(service) in \(location)") { time in
                try await context.clock.sleep(for: time)
                return false
            }
        }
        guard let address else { return nil }
        let instance = options.instance(of: service, host: address.host, port: address.port)
        context.logger.info(
            "register \(instance.service) in \(location) at \(instance.address), because \(address.reason)")
        let lease = await LeaseLoop(registry: registry, instance: instance, ttl: ttl, context: context).run()
        return lease.map { Held(instance: instance, lease: $0) }
    }

    public func willDrain() async {
        guard let task = running.withLock({ $0.take() }) else { return }
        task.cancel()
        guard let held = await task.value else { return }
        do {
            try await registry.deregister(held.lease, of: held.instance)
        } catch {
            context.logger.warning(
                "deregister \(held.instance.service) at \(held.instance.address): \(error); it expires after \(ttl)")
        }
    }

    public func didStop() async { await registry.close() }
}
