// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
public import SkeinCore
public import SkeinTransport
internal import Synchronization
internal import UnixSignals

/// Serves services on one or more addresses.
public final class Server: Sendable {
    private enum State {
        case new
        case running(StopRequest)
        case stopped
    }

    private let binds: [BindAddress]
    private let security: TransportSecurity
    private let services: [any RPCService]
    private let options: ServerOptions
    private let bound = BoundAddresses()
    private let state = Mutex(State.new)

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
        let stop = try begin()
        defer { state.withLock { $0 = .stopped } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            if handlingSignals {
                let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
                group.addTask { for await _ in signals { stop.request() } }
            }
            do {
                try await serve(stop)
            } catch {
                bound.fail(error)
                throw error
            }
            group.cancelAll()
        }
    }

    /// Shuts a running server down. Returns when it has begun; `run` returns when it is done.
    public func shutDown() {
        if case .running(let stop) = state.withLock({ $0 }) { stop.request() }
    }

    private func begin() throws(ConfigurationError) -> StopRequest {
        let stop = StopRequest()
        let isFirst = state.withLock { state in
            guard case .new = state else { return false }
            state = .running(stop)
            return true
        }
        guard isFirst else { throw ConfigurationError("run a server that has run before: make a new one") }
        return stop
    }

    // MARK: serving

    private func serve(_ stop: StopRequest) async throws(ConfigurationError) {
        let methods = try methodTable()
        try security.validate(for: "a server")
        guard !binds.isEmpty else { throw ConfigurationError("run a server without an address: give one, such as .tcp(port: 50051)") }
        let ownGroup = options.eventLoops.map { MultiThreadedEventLoopGroup(numberOfThreads: max(1, $0)) }
        let group = ownGroup ?? .singleton
        let loops = Array(group.makeIterator())
        let activities = loops.map { _ in LoopActivity() }
        let core = ServerCore(methods, options, loops: loops, activities: activities)
        let watchdog = options.logger.map { LoopWatchdog(watching: activities, logger: $0) }
        watchdog?.start()
        defer {
            watchdog?.stop()
            ownGroup?.shutdownGracefully { _ in }
        }
        let listeners = try await listen(core, group)
        bound.succeed(listeners.map(\.address))
        options.logger?.info("serving on \(listeners.map(\.address.description).joined(separator: ", "))")
        await waitForStop(stop)
        await drain(core, listeners, stop, timer: loops[0])
    }

    private func methodTable() throws(ConfigurationError) -> MethodTable {
        var router = ServiceRouter()
        for service in services { service.register(with: &router) }
        return try MethodTable(router.methods, services: services.map(\.descriptor))
    }

    private func listen(_ core: ServerCore, _ group: any EventLoopGroup) async throws(ConfigurationError) -> [Listener] {
        var listeners: [Listener] = []
        do throws(ConfigurationError) {
            for bind in binds {
                listeners.append(
                    try await Listener.bind(to: bind.listenerAddress, on: group) { core.makeConnection($0, $1) })
            }
        } catch {
            for listener in listeners { await listener.close() }
            throw error
        }
        return listeners
    }

    private func waitForStop(_ stop: StopRequest) async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await stop.wait()
            } onGracefulShutdown: {
                stop.request()
            }
        } onCancel: {
            stop.request()
        }
    }

    private func drain(_ core: ServerCore, _ listeners: [Listener], _ stop: StopRequest, timer: any EventLoop) async {
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
