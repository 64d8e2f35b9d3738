// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinServer

/// `grpc.health.v1.Health`: tells clients, proxies and orchestrators whether a server, or one of its services, wants
/// calls (gRFC A17, A90).
///
/// Give it to a server among its services. The server as a whole, which has the empty name, and all its services serve
/// once the server listens, and do not from the moment it starts to shut down. In between, `set` decides. The server's
/// `/ready` follows the server as a whole.
public final class HealthService: RPCService, ServerHook {
    /// What a server says of a service.
    public struct Serving: Sendable, Hashable {
        let status: HealthBoard.Status

        /// Calls are welcome.
        public static let serving = Serving(status: .serving)
        /// Calls should go elsewhere.
        // swift-format-ignore: DontRepeatTypeInStaticProperties
        public static let notServing = Serving(status: .notServing)
    }

    let watches = HealthWatches()

    public init() {}

    /// Sets the status of a service, by its full name. One that the server does not have becomes known by this. What is
    /// set while the server shuts down has no effect any more.
    public func set(_ service: String, _ status: Serving) { watches.change { $0.say(status.status, of: service) } }

    /// Sets the status of the server as a whole. That of its services stays as it is.
    public func set(_ status: Serving) { set("", status) }

    /// Takes back what was set: the service serves as the server does, or is unknown if the server does not have it.
    public func reset(_ service: String = "") { watches.change { $0.say(nil, of: service) } }

    // MARK: a service

    public var descriptor: ServiceDescriptor { Grpc_Health_V1_Health.descriptor }

    public func register(with router: inout ServiceRouter) {
        let names = router.services.map(\.name)
        watches.change { $0.add(names) }
        router.isMeasured = false
        HealthHandlers(watches: watches).register(with: &router)
    }

    // MARK: a hook

    public var isReady: Bool { watches.read { $0.status(of: "") } == .serving }

    public func didListen(_ addresses: [EndpointAddress]) async throws { watches.change { $0.begin() } }

    /// Returns when those who watch have been told.
    public func willDrain() async {
        watches.change { $0.drain() }
        await watches.delivered()
    }

    /// Ends the watches.
    public func willGoAway() async { watches.change { $0.leave() } }
}
