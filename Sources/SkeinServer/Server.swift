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
    private let hooks: ServerHooks
    private let bound = BoundAddresses()
    private let boundProbes = BoundAddresses()
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
        hooks = ServerHooks(of: services, and: options.hooks)
    }

    /// Where the server listens, once it does: ports are real ones. Throws when it never will.
    public func addresses() async throws -> [EndpointAddress] { try await bound.addresses() }

    /// Where `options.probes` are answered, once they are; `nil` without.
    public func probesAddress() async throws -> EndpointAddress? { try await boundProbes.addresses().first }

    /// Serves until the task is cancelled, the service group shuts down, or `shutDown` is called; then drains and
    /// returns. Once for each server.
    ///
    /// Draining: the server is not ready any more, but serves on for `options.propagation`; then new connections are
    /// refused and every client is told by GOAWAY to go elsewhere; calls that run have `options.grace` to finish, then
    /// they end with `unavailable`.
    ///
    /// - Throws: `ConfigurationError` when the server cannot start.
    public func run() async throws { try await run(handlingSignals: false) }

    /// Like `run()`. With `handlingSignals`, SIGTERM and SIGINT shut the server down, and a second one ends all waiting.
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
                boundProbes.fail(error)
                throw error
            }
            group.cancelAll()
        }
    }

    /// Shuts the server down, also one that does not run yet; a second time ends all waiting. Returns when that has begun;
    /// `run` returns when it is done.
    public func shutDown() { stop.request() }

    // MARK: serving

    private func serve() async throws {
        let router = ServiceRouter(services)
        let methods = try MethodTable(router.methods, services: router.services)
        let tls = try ServerTLS(security, logger: options.logger)
        guard !binds.isEmpty else {
            throw ConfigurationError("run a server without an address: give one, such as .tcp(port: 50051)")
        }
        let group = ServerLoops(options.eventLoops)
        let activities = group.all.map { _ in LoopActivity() }
        let core = ServerCore(
            methods, options, loops: group, activities: activities, meter: LoadMeter.first(in: services))
        let watchdog = options.logger.map { LoopWatchdog(watching: activities, router.methods, logger: $0) }
        watchdog?.start()
        defer { watchdog?.stop() }
        let probes = try await ProbeListener(options.probes, on: group) { [hooks] in hooks.areReady }
        boundProbes.succeed(probes.addresses)
        do {
            let listeners = try await listen(core, group.group, tls)
            tls?.watch(on: group.all[0])
            defer { tls?.stop() }
            try await serve(core, listeners, probes, timer: group.all[0])
        } catch {
            await probes.close()
            throw error
        }
        await probes.close()
    }

    private func serve(
        _ core: ServerCore, _ listeners: [Listener], _ probes: ProbeListener, timer: any EventLoop
    ) async throws {
        let addresses = listeners.map(\.address)
        let drain = ServerDrain(
            stop: stop, hooks: hooks, connections: core.connections, options: options, timer: timer)
        let refuse = { for listener in listeners { await listener.close() } }
        do {
            try await hooks.didListen(addresses)
        } catch  where !Task.isCancelled {
            stop.request()
            await drain.run(refuse: refuse)
            throw error
        }
        bound.succeed(addresses)
        probes.isServing = true
        options.logger?.debug("\(LinkedFeatures.describe)")
        options.logger?.info("serving on \(addresses.map(\.description).joined(separator: ", "))")
        await waitForStop()
        probes.isServing = false
        await drain.run(refuse: refuse)
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
}

extension Server: ServiceLifecycle.Service {}
