// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

/// One endpoint's connection, over all the connections it has in time. A `SubchannelMachine` decides, this acts.
final class Subchannel: ClientConnectionDelegate, @unchecked Sendable {  // owned by `eventLoop`
    /// What a subchannel tells the balancer driver. From its event loop.
    struct Listener: Sendable {
        let changed: @Sendable (SubchannelID, ConnectivityState) -> Void
        /// It has a connection, and waits for its server to tell its health.
        let connected: @Sendable (SubchannelID) -> Void
        /// Its connection is due to be renewed, or the attempt to do so has ended.
        let renewal: @Sendable (SubchannelID, _ isDue: Bool) -> Void
        /// It was shut down, and its last connection has closed.
        let closed: @Sendable (SubchannelID) -> Void
        /// Its server was asked for its load, and has answered.
        let answered: @Sendable (SubchannelID, ServerLoad) -> Void
        /// Its server reported its load out of band.
        let reported: @Sendable (SubchannelID, LoadReport) -> Void
    }

    /// Where calls go.
    private struct Current {
        var connection: ClientConnection?
        var probes = ProbeMachine()
    }

    /// What all subchannels of a channel have.
    struct Environment: Sendable {
        let connector: Connector
        let template: RequestTemplate
        let backoff: Backoff
        /// After how long a connection is replaced by a new one.
        let renewal: Duration?
        let logger: Logger?
    }

    let id: SubchannelID
    let identity: Endpoint.Identity
    /// How many attempts to connect it may have running.
    let mostAttempts: Int
    private let connector: Connector
    private let template: RequestTemplate
    private let backoff: Backoff
    private let renewal: Duration?
    private var renewalTimer: Scheduled<Void>?
    /// Of `connections`, the one that is to take the place of the current one.
    private var renewing: ObjectIdentifier?
    private let listener: Listener
    private let logger: Logger?
    private let eventLoop: any EventLoop
    private var machine: SubchannelMachine
    private var timer: Scheduled<Void>?
    /// Being made, current, or still carrying calls.
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    /// Of `connections`, those of which one may become the current one.
    private var attempts: Set<ObjectIdentifier> = []
    private let current = Mutex(Current())
    private var healthService: String?
    private var health: (machine: HealthMachine, watch: ServerWatch)?
    private var loadInterval: Duration?
    private var loadWatch: ServerWatch?
    /// A server that lacks health checks or reports was logged.
    private var hasLogged = (health: false, load: false)

    init(
        _ id: SubchannelID, _ endpoint: Endpoint, _ environment: Environment, on eventLoop: any EventLoop,
        listener: Listener
    ) {
        self.id = id
        // The same for all connections to one server.
        identity = Endpoint.Identity(endpoint.addresses)
        mostAttempts = min(endpoint.addresses.count, SubchannelMachine.mostAttempts)
        machine = SubchannelMachine(endpoint.addresses, backoff: environment.backoff)
        connector = environment.connector
        template = environment.template
        backoff = environment.backoff
        renewal = environment.renewal
        logger = environment.logger
        self.eventLoop = eventLoop
        self.listener = listener
    }

    /// Where calls go; `nil` while there is no connection that takes them. From any thread.
    var connection: ClientConnection? { current.withLock { $0.connection } }

    /// Asks the server for its load, unless that is being done or has turned out to be of no use. From any thread.
    func probe() {
        let connection = current.withLock { current -> ClientConnection? in
            guard let connection = current.connection, current.probes.begin() else { return nil }
            return connection
        }
        guard let connection else { return }
        LoadProbe.send(on: connection, template) { [weak self] in self?.probed(connection, $0) }
    }

    private func probed(_ connection: ClientConnection, _ end: ClientStreamEnd) {
        current.withLock { current in
            if current.connection === connection { current.probes.ended(end.status.code, hasLoad: end.load != nil) }
        }
        if let load = end.load { listener.answered(id, load) }
    }

    // MARK: what the driver asks, from any thread

    func connect() {
        eventLoop.execute { [self] in
            let command = machine.connect(.now)
            switch command {
            case .connect, .pause: listener.changed(id, .connecting)
            case .nothing, .report, .backOff: break
            }
            perform(command)
        }
    }

    /// Makes a new connection to the same address, which takes the place of the current one when it is ready.
    func renew() {
        eventLoop.execute { [self] in
            guard renewing == nil, let current = connection,
                let next = try? connector.connect(to: current.address, on: eventLoop, delegate: self)
            else { return listener.renewal(id, false) }
            connections[ObjectIdentifier(next)] = next
            renewing = ObjectIdentifier(next)
        }
    }

    /// No new connection and no new calls; connections close when their calls have ended.
    func shutDown() {
        eventLoop.execute { [self] in
            machine.shutDown()
            timer?.cancel()
            renewalTimer?.cancel()
            current.withLock { $0 = Current() }
            stopWatching()
            for connection in connections.values { connection.drain("the endpoint was removed") }
            tellIfClosed()
        }
    }

    /// From now on it is ready only while `service` is, or as soon as it is connected when that is `nil`.
    func checkHealth(of service: String?) {
        eventLoop.execute { [self] in
            guard service != healthService else { return }
            healthService = service
            guard let connection else { return }
            let wasWatched = health != nil
            health?.watch.stop()
            health = nil
            if service != nil { watchHealth(on: connection) } else if wasWatched { listener.changed(id, .ready) }
        }
    }

    /// From now on the server reports its load about as often, out of band.
    func watchLoad(every interval: Duration?) {
        eventLoop.execute { [self] in
            guard interval != loadInterval else { return }
            loadInterval = interval
            loadWatch?.stop()
            loadWatch = nil
            if let connection { watchLoad(on: connection) }
        }
    }

    /// Ends what still runs.
    func closeNow(_ error: RPCError) {
        eventLoop.execute { [self] in
            for connection in connections.values { connection.closeNow(error) }
        }
    }

    // MARK: what the machine decides

    private func perform(_ command: SubchannelMachine.Command) {
        switch command {
        case .nothing: break
        case .connect(let address, let delay):
            timer?.cancel()
            if let delay { perform(after: delay) { $0.attemptDelayElapsed() } }
            connect(to: address)
        case .pause(let delay): perform(after: delay) { $0.pauseElapsed(.now) }
        case .report(let state): listener.changed(id, state)
        case .backOff(let error, let delay):
            logger?.notice("\(error.message); next try in \(delay)", metadata: ["endpoint": "\(identity)"])
            perform(after: delay) { $0.backoffElapsed() }
            listener.changed(id, .transientFailure(error))
        }
    }

    private func perform(
        after delay: Duration, _ event: @escaping @Sendable (inout SubchannelMachine) -> SubchannelMachine.Command
    ) {
        timer?.cancel()
        timer = eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in
            guard let self else { return }
            perform(event(&machine))
        }
    }

    private func connect(to address: EndpointAddress) {
        do {
            let connection = try connector.connect(to: address, on: eventLoop, delegate: self)
            connections[ObjectIdentifier(connection)] = connection
            attempts.insert(ObjectIdentifier(connection))
        } catch {
            let error = RPCError(.unavailable, "connect \(address): \(error)", cause: error)
            perform(machine.failed(error, .now, chance: .random(in: 0..<1)))
        }
    }

    // MARK: what connections tell

    func connectionBecameReady(_ connection: ClientConnection) {
        guard !machine.isShutDown else { return connection.drain("the endpoint was removed") }
        if renewing == ObjectIdentifier(connection) {
            renewing = nil
            listener.renewal(id, false)
            guard machine.isReady else { return connection.drain("there is nothing to renew any more") }
        } else {
            timer?.cancel()
            attempts.remove(ObjectIdentifier(connection))
            loseAttempts(to: connection)
        }
        let old = current.withLock { current in
            defer { current = Current(connection: connection) }
            return current.connection
        }
        if let old {
            stopWatching()
            old.drain("the connection is renewed")
        }
        renewLater(connection)
        logger?.debug("connected", metadata: ["endpoint": "\(identity)", "address": "\(connection.address)"])
        let command = machine.connected()
        watchLoad(on: connection)
        guard healthService != nil else { return perform(command) }
        listener.connected(id)
        watchHealth(on: connection)
    }

    /// After a while it is due to be renewed.
    private func renewLater(_ connection: ClientConnection) {
        guard let renewal else { return }
        renewalTimer?.cancel()
        let delay = renewal * Int.random(in: 900...1100) / 1000
        renewalTimer = eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self, weak connection] in
            guard let self, let connection, self.connection === connection else { return }
            if renewing == nil { listener.renewal(id, true) }
            // In case that comes to nothing.
            renewLater(connection)
        }
    }

    func connectionPingedTooOften(_ connection: ClientConnection, _ interval: Duration) {
        logger?.warning(
            "the server refuses keepalive PINGs as too many; from now on they wait for \(interval)",
            metadata: ["endpoint": "\(identity)", "address": "\(connection.address)"])
    }

    func connectionIsDraining(_ connection: ClientConnection, _ reason: String) {
        guard retire(connection) else { return }
        logger?.debug("connection drains: \(reason)", metadata: ["endpoint": "\(identity)"])
        perform(machine.disconnected())
    }

    func connectionClosed(_ connection: ClientConnection, _ error: RPCError?) {
        connections[ObjectIdentifier(connection)] = nil
        if let error { logger?.debug("\(error.message)", metadata: ["endpoint": "\(identity)"]) }
        if renewing == ObjectIdentifier(connection) {
            renewing = nil
            listener.renewal(id, false)
        }
        if attempts.remove(ObjectIdentifier(connection)) != nil {
            let error = error ?? RPCError(.unavailable, "connect \(connection.address): the connection was closed")
            perform(machine.failed(error, .now, chance: .random(in: 0..<1)))
        }
        if retire(connection) { perform(machine.disconnected()) }
        tellIfClosed()
    }

    /// Another address was faster.
    private func loseAttempts(to winner: ClientConnection) {
        let error = RPCError(.unavailable, "connect: \(winner.address) was faster")
        for id in attempts { connections[id]?.closeNow(error) }
        attempts = []
    }

    /// Sends no more calls to `connection`; whether it was the one that got them.
    private func retire(_ connection: ClientConnection) -> Bool {
        let wasCurrent = current.withLock { current in
            guard current.connection === connection else { return false }
            current = Current()
            return true
        }
        if wasCurrent { stopWatching() }
        return wasCurrent
    }

    private func tellIfClosed() {
        if machine.isShutDown, connections.isEmpty { listener.closed(id) }
    }
}

// MARK: what the server tells beside the calls

extension Subchannel {
    private func watchHealth(on connection: ClientConnection) {
        guard let service = healthService else { return }
        let machine = HealthMachine(service: service)
        let listener = ServerWatch.Listener(
            received: { [weak self] message in self?.healthChanged { $0.received([UInt8](message)) } },
            ended: { [weak self, unowned connection] status, _ in
                // What ends with its connection says nothing of health.
                guard let self, !connection.isDisconnected else { return }
                if status.code == .unimplemented, !hasLogged.health {
                    hasLogged.health = true
                    logger?.warning(
                        "the server has no health checks: it is taken to be healthy",
                        metadata: ["endpoint": "\(identity)", "service": "\(service)"])
                }
                healthChanged { $0.ended(status) }
            })
        let watch = ServerWatch(
            HealthMachine.method, machine.request, on: connection, template, backoff: backoff, listener: listener)
        health = (machine, watch)
        watch.start()
    }

    private func healthChanged(_ event: (inout HealthMachine) -> ConnectivityState?) {
        guard var machine = health?.machine else { return }
        let state = event(&machine)
        health?.machine = machine
        guard let state else { return }
        if case .transientFailure(let error) = state {
            logger?.notice("\(error.message)", metadata: ["endpoint": "\(identity)"])
        }
        listener.changed(id, state)
    }

    private func watchLoad(on connection: ClientConnection) {
        guard let interval = loadInterval else { return }
        let watch = ServerWatch(
            LoadWatch.method, LoadWatch.request(every: interval), on: connection, template, backoff: backoff,
            listener: ServerWatch.Listener(
                received: { [weak self] message in
                    guard let self, let report = LoadReportCodec.decode([UInt8](message)) else { return }
                    listener.reported(id, report)
                },
                ended: { [weak self] status, willRetry in
                    guard let self, !willRetry, !hasLogged.load else { return }
                    hasLogged.load = true
                    logger?.warning(
                        "the server does not report its load: \(status.message)",
                        metadata: ["endpoint": "\(identity)"])
                }))
        loadWatch = watch
        watch.start()
    }

    private func stopWatching() {
        health?.watch.stop()
        health = nil
        loadWatch?.stop()
        loadWatch = nil
    }
}
