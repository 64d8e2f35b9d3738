// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
public import SkeinCore
internal import SkeinHTTP2
public import SkeinTransport
internal import Synchronization
internal import UnixSignals

/// Serves services on one or more addresses.
public final class Server: Sendable {
    private let binds: [BindAddress]
    private let security: TransportSecurity
    private let services: [any RPCService]
    private let options: ServerOptions
    private let bound = BoundAddresses()
    private let stop = StopRequest()
    private let hasRun = Atomic(false)

    /// - Parameters:
    ///   - addresses: where to listen.
    ///   - security: `.plaintext`, or `.tls(…)`.
    ///   - services: what to serve.
    public init(
        _ addresses: BindAddress..., security: TransportSecurity, services: [any RPCService],
        options: ServerOptions = .init()
    ) {
        binds = addresses
        self.security = security
        self.services = services
        self.options = options
    }

    /// Where the server listens, once it does: ports are real ones. Throws when it never will.
    public func addresses() async throws -> [EndpointAddress] { try await bound.addresses() }

    /// Serves until the task is cancelled, the service group shuts down, or `shutDown` is called; then drains and
    /// returns. Once for each server.
    ///
    /// Draining: new connections are refused; every client is told by GOAWAY to go elsewhere; calls that run have
    /// `options.grace` to finish, then they are cancelled.
    ///
    /// - Throws: `ConfigurationError` when the server cannot start.
    public func run() async throws { try await run(handlingSignals: false) }

    /// Like `run()`. With `handlingSignals`, SIGTERM and SIGINT shut the server down, and a second one ends the grace.
    /// Not under a service group, which handles signals itself.
    public func run(handlingSignals: Bool) async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw ConfigurationError("run a server that has run before: make a new one")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            if handlingSignals {
                let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
                group.addTask { [stop] in for await _ in signals { stop.request() } }
            }
            do {
                try await serve()
            } catch {
                bound.fail(error)
                throw error
            }
            group.cancelAll()
        }
    }

    /// Shuts the server down, also one that does not run yet; a second time ends the grace. Returns when that has begun;
    /// `run` returns when it is done.
    public func shutDown() { stop.request() }

    // MARK: serving

    private func serve() async throws(ConfigurationError) {
        let registered = registeredMethods()
        let methods = try MethodTable(registered, services: services.map(\.descriptor))
        let tls = try ServerTLS(security, logger: options.logger)
        guard !binds.isEmpty else {
            throw ConfigurationError("run a server without an address: give one, such as .tcp(port: 50051)")
        }
        let group = ServerLoops(options.eventLoops)
        let activities = group.all.map { _ in LoopActivity() }
        let core = ServerCore(methods, options, loops: group, activities: activities)
        let watchdog = options.logger.map { LoopWatchdog(watching: activities, registered, logger: $0) }
        watchdog?.start()
        defer { watchdog?.stop() }
        let listeners = try await listen(core, group.group, tls)
        tls?.watch(on: group.all[0])
        defer { tls?.stop() }
        bound.succeed(listeners.map(\.address))
        options.logger?.debug("\(LinkedFeatures.describe)")
        options.logger?.info("serving on \(listeners.map(\.address.description).joined(separator: ", "))")
        await waitForStop()
        await drain(core, listeners, timer: group.all[0])
    }

    private func registeredMethods() -> [RegisteredMethod] {
        var router = ServiceRouter()
        for service in services { service.register(with: &router) }
        return router.methods
    }

    private func listen(
        _ core: ServerCore, _ group: any EventLoopGroup, _ tls: ServerTLS?
    ) async throws(ConfigurationError) -> [Listener] {
        var listeners: [Listener] = []
        do throws(ConfigurationError) {
            for bind in binds {
                listeners.append(
                    try await Listener.bind(
                        to: bind.listenerAddress, on: group, tls: tls, logger: options.logger
                    ) { (peer, loop) throws(HTTP2Error) in try core.makeConnection(peer, loop) })
            }
        } catch {
            for listener in listeners { await listener.close() }
            throw error
        }
        return listeners
    }

    private func waitForStop() async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await stop.wait()
            } onGracefulShutdown: { [stop] in
                stop.request()
            }
        } onCancel: { [stop] in
            stop.request()
        }
    }

    private func drain(_ core: ServerCore, _ listeners: [Listener], timer: any EventLoop) async {
        options.logger?.info("draining", metadata: ["grace": "\(options.grace)"])
        for listener in listeners { await listener.close() }
        core.connections.beginDraining()
        let grace = timer.scheduleTask(in: TimeAmount(options.grace)) { core.connections.endDraining() }
        stop.onSecond { core.connections.endDraining() }
        await core.connections.waitUntilEmpty()
        grace.cancel()
        options.logger?.info("stopped")
    }
}

extension Server: ServiceLifecycle.Service {}
