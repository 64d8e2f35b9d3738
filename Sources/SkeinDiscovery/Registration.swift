// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
public import Logging
public import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Registers a server in a service registry while it serves: `options: .hook(registration)`.
///
/// The server registers once it listens, in the background: a registry that cannot be reached keeps no server from
/// starting, and is asked again until it answers. When the server shuts down it is deregistered first, and serves on
/// until every client can have heard of that.
public final class Registration: ServerHook {
    private struct Running {
        var instance: ServiceInstance
        var task: Task<LeaseID?, Never>
    }

    private let registry: any ServiceRegistry
    private let location: RegistryTarget
    private let service: String
    private let options: RegistrationOptions
    private let ttl: Duration
    private let context: RegistryContext
    private let running = Mutex<Running?>(nil)

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
        let route = await LocalRoute.address(towards: location.nodes, context.lookup)
        let address = try AdvertisedAddress(
            explicit: options.advertise, environment: ProcessInfo.processInfo.environment[AdvertisedAddress.variable],
            listening: addresses,
            route: route)
        let instance = options.instance(of: service, host: address.host, port: address.port)
        context.logger.info(
            "register \(instance.service) in \(location) at \(instance.address), because \(address.reason)")
        let loop = LeaseLoop(registry: registry, instance: instance, ttl: ttl, context: context)
        let task = Task { @concurrent in await loop.run() }
        running.withLock { $0 = Running(instance: instance, task: task) }
    }

    public func willDrain() async {
        guard let running = running.withLock({ $0.take() }) else { return }
        running.task.cancel()
        guard let lease = await running.task.value else { return }
        do {
            try await registry.deregister(lease, of: running.instance)
        } catch {
            context.logger.warning(
                "deregister \(running.instance.service) at \(running.instance.address): \(error); it expires after \(ttl)"
            )
        }
    }

    public func didStop() async { await registry.close() }
}
