// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore
internal import Synchronization

/// A session with a ZooKeeper ensemble. It outlives its connections: when one is lost the next request takes the session
/// along to another server, and what the session holds is still there. Only when the ensemble says that the session is
/// over is there a new one.
final class ZooKeeperSession: Sendable {
    typealias Connection = WireConnection<ZooKeeperCodec>

    private struct State {
        var identity = ZooKeeperIdentity()
        var timeout: Duration = .zero
        var lastZxid: Int64 = 0
        var lastHeard = NIODeadline.now()
        var xid: Int32 = 0
        /// Nodes that go with the session, and until when they were asked for.
        var held: [String: NIODeadline] = [:]
        var watchers: [Int: (path: String, changes: ChangedKeys)] = [:]
        var nextWatcher = 0
    }

    private let connector: WireConnector
    private let rotation: NodeRotation
    private let credentials: (user: String, password: String)?
    private let slot = ConnectionSlot<Connection>(isOpen: \.isOpen, close: { $0.close() })
    private let state = Mutex(State())

    init(_ location: RegistryTarget, _ connector: WireConnector) {
        self.connector = connector
        let fallback = RegistryTarget.Node(host: "127.0.0.1", port: ZooKeeperRegistry.defaultPort)
        rotation = NodeRotation(location, or: fallback, seed: connector.context.seed)
        credentials = location.user.map { ($0, location.password ?? "") }
    }

    /// The session's name; its number is 0 before there is one.
    var identity: ZooKeeperIdentity { state.withLock(\.identity) }

    /// The answers to requests that are sent together. `timeout`: of the session, should there be none yet.
    nonisolated(nonsending) func answers(
        to requests: [ZooKeeperRequest], timeout: Duration = .seconds(15)
    ) async throws -> [ZooKeeperAnswer] {
        let connection = try await slot.current {
            try await rotation.first { try await attach(to: $0, timeout) }
        }
        let (bytes, xids) = frames(requests)
        let replies = try await connection.ask(bytes, replies: requests.count)
        let answers = replies.compactMap { if case .answer(let answer) = $0 { answer } else { nil } }
        guard answers.map(\.xid) == xids else {
            connection.close()
            throw RPCError(.internal, "ask \(connection.node): expected answers in the order of the requests")
        }
        state.withLock { state in
            for answer in answers { state.lastZxid = max(state.lastZxid, answer.zxid) }
        }
        return answers
    }

    nonisolated(nonsending) func answer(
        to request: ZooKeeperRequest, timeout: Duration = .seconds(15)
    ) async throws -> ZooKeeperAnswer {
        guard let answer = try await answers(to: [request], timeout: timeout).first else {
            throw RPCError(.internal, "\(request.label): no answer")
        }
        return answer
    }

    /// Ends the session, and with it what it holds.
    nonisolated(nonsending) func close() async {
        if let connection = slot.existing {
            let bytes = frames([.closeSession]).bytes
            // Who is cancelled cannot wait, but the server is to know.
            if Task.isCancelled { connection.send(bytes, replies: 1) } else { _ = try? await connection.ask(bytes) }
        }
        slot.clear()
        state.withLock { state in
            (state.identity, state.lastZxid, state.held) = (ZooKeeperIdentity(), 0, [:])
        }
    }

    private func frames(_ requests: [ZooKeeperRequest]) -> (bytes: ByteBuffer, xids: [Int32]) {
        let first = state.withLock { state in
            if state.xid > Int32.max - 1_000_000 { state.xid = 0 }
            defer { state.xid += Int32(requests.count) }
            return state.xid + 1
        }
        var bytes = ByteBuffer()
        let xids = requests.indices.map { first + Int32($0) }
        for (request, xid) in zip(requests, xids) { bytes.writeImmutableBuffer(request.frame(xid: xid)) }
        return (bytes, xids)
    }
}

// MARK: connecting

extension ZooKeeperSession {
    /// Takes the session along to a server, or begins one there.
    private nonisolated(nonsending) func attach(
        to node: RegistryTarget.Node, _ timeout: Duration
    ) async throws -> Connection {
        let connection = try await connector.connect(
            to: node, ZooKeeperCodec(), onPush: { [weak self] in self?.pushed($0) },
            onClose: { [weak self] in self?.closed($0) })
        do {
            guard try await greet(connection, timeout) else {
                // What the session held is gone with it.
                connection.close()
                state.withLock { ($0.identity, $0.held) = (ZooKeeperIdentity(), [:]) }
                return try await attach(to: node, timeout)
            }
            if let credentials {
                let frame = ZooKeeperRequest.authFrame(user: credentials.user, password: credentials.password)
                guard case .answer(let answer)? = try await connection.ask(frame).first, answer.error == 0 else {
                    throw RPCError(.unauthenticated, "ask \(node): the credentials are wrong")
                }
            }
            beat(connection)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    /// `false`: the session is over.
    private nonisolated(nonsending) func greet(_ connection: Connection, _ timeout: Duration) async throws -> Bool {
        let (identity, wanted, zxid) = state.withLock { state in
            // An ensemble that lost its data takes nobody who has seen more than it has.
            if NIODeadline.now() - state.lastHeard > TimeAmount(state.timeout * 10) {
                (state.identity, state.lastZxid, state.held) = (ZooKeeperIdentity(), 0, [:])
            }
            return (state.identity, state.identity.id == 0 ? timeout : state.timeout, state.lastZxid)
        }
        let frame = ZooKeeperRequest.connectFrame(identity, timeout: wanted, lastZxid: zxid)
        guard case .session(let granted, let agreed)? = try await connection.ask(frame).first else {
            throw RPCError(.internal, "ask \(connection.node): expected a session")
        }
        guard agreed > .zero, granted.id != 0 else {
            guard identity.id != 0 else { throw RPCError(.unavailable, "ask \(connection.node): it gives no session") }
            return false
        }
        state.withLock { ($0.identity, $0.timeout, $0.lastHeard) = (granted, agreed, .now()) }
        return true
    }

    /// Pings the server as long as the connection is open, so that the session stays; and lets go what is held longer
    /// than it was asked for.
    private func beat(_ connection: Connection) {
        let timeout = state.withLock(\.timeout)
        let interval = TimeAmount(min(timeout / 3, .seconds(1)))
        connection.channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) {
            [weak self, weak connection] task in
            guard let self, let connection, connection.isOpen else { return task.cancel() }
            let isSilent = state.withLock { NIODeadline.now() - $0.lastHeard > TimeAmount(timeout * 2 / 3) }
            if isSilent { return connection.close() }
            connection.send(ZooKeeperRequest.pingFrame, replies: 0)
            for path in overdue() { connection.send(frames([.delete(path)]).bytes, replies: 1) }
        }
    }

    private func pushed(_ reply: ZooKeeperReply) {
        let watchers = state.withLock { state in
            state.lastHeard = .now()
            guard case .event(let path) = reply, !path.isEmpty else { return [(String, ChangedKeys)]() }
            return state.watchers.values
                .filter { path == $0.path || path.hasPrefix($0.path + "/") }.map { (path, $0.changes) }
        }
        for (path, changes) in watchers { changes.add([path]) }
    }

    private func closed(_ error: any Error) {
        for watcher in state.withLock({ Array($0.watchers.values) }) { watcher.changes.fail(error) }
    }
}

// MARK: what is held and watched

extension ZooKeeperSession {
    /// The node goes when it is not held again within `time`, although the session lives.
    func hold(_ path: String, for time: Duration) { state.withLock { $0.held[path] = .now() + TimeAmount(time) } }

    func release(_ path: String) { state.withLock { $0.held[path] = nil } }

    private func overdue() -> [String] {
        state.withLock { state in
            let now = NIODeadline.now()
            let paths = state.held.filter { $0.value < now }.keys.sorted()
            for path in paths { state.held[path] = nil }
            return paths
        }
    }

    /// What happens at `path` and below it is told to `changes` while `body` runs.
    nonisolated(nonsending) func watching(
        _ path: String, _ changes: ChangedKeys, _ body: () async throws -> Void
    ) async throws {
        let id = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = (path, changes)
            return state.nextWatcher
        }
        defer {
            let isLast = state.withLock { state in
                state.watchers[id] = nil
                return !state.watchers.values.contains { $0.path == path }
            }
            if isLast, let connection = slot.existing {
                connection.send(frames([.removeWatch(path)]).bytes, replies: 1)
            }
        }
        try await body()
    }
}
