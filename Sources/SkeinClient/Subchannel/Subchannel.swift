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
        /// It was shut down, and its last connection has closed.
        let closed: @Sendable (SubchannelID) -> Void
    }

    /// What all subchannels of a channel have.
    struct Environment: Sendable {
        let connector: Connector
        let backoff: Backoff
        let logger: Logger?
    }

    let id: SubchannelID
    let identity: Endpoint.Identity
    private let connector: Connector
    private let listener: Listener
    private let logger: Logger?
    private let eventLoop: any EventLoop
    private var machine: SubchannelMachine
    private var timer: Scheduled<Void>?
    /// Being made, current, or still carrying calls.
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    /// Of `connections`, those of which one may become the current one.
    private var attempts: Set<ObjectIdentifier> = []
    private let current = Mutex<ClientConnection?>(nil)

    init(
        _ id: SubchannelID, _ endpoint: Endpoint, _ environment: Environment, on eventLoop: any EventLoop,
        listener: Listener
    ) {
        self.id = id
        identity = endpoint.identity
        machine = SubchannelMachine(endpoint.addresses, backoff: environment.backoff)
        connector = environment.connector
        logger = environment.logger
        self.eventLoop = eventLoop
        self.listener = listener
    }

    /// Where calls go; `nil` while there is no connection that takes them. From any thread.
    var connection: ClientConnection? { current.withLock { $0 } }

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

    /// No new connection and no new calls; connections close when their calls have ended.
    func shutDown() {
        eventLoop.execute { [self] in
            machine.shutDown()
            timer?.cancel()
            current.withLock { $0 = nil }
            for connection in connections.values { connection.drain("the endpoint was removed") }
            tellIfClosed()
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
        timer?.cancel()
        attempts.remove(ObjectIdentifier(connection))
        loseAttempts(to: connection)
        current.withLock { $0 = connection }
        logger?.debug("connected", metadata: ["endpoint": "\(identity)", "address": "\(connection.address)"])
        perform(machine.connected())
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
        current.withLock { current in
            guard current === connection else { return false }
            current = nil
            return true
        }
    }

    private func tellIfClosed() {
        if machine.isShutDown, connections.isEmpty { listener.closed(id) }
    }
}
