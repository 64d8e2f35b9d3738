// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport
internal import Synchronization

/// The open connections of a server.
final class ServerConnections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ServerConnection] = [:]
        /// How many of them come from each address.
        var counts: [String: Int] = [:]
        var isDraining = false
        var waiter: UnsafeContinuation<Void, Never>?
    }

    private let limit: Int
    private let limitPerClient: Int
    private let state = Mutex(State())

    init(limit: Int, perClient: Int) {
        self.limit = limit
        limitPerClient = perClient
    }

    private func checkRoom(_ state: State, for client: Peer) throws(HTTP2Error) {
        if state.isDraining { throw HTTP2Error(.noError, "the server is shutting down") }
        let all = state.open.count
        if all >= limit {
            throw HTTP2Error(.enhanceYourCalm, "the server has \(all) connections, the most that it may have")
        }
        if let key = key(client), let count = state.counts[key], count >= limitPerClient {
            throw HTTP2Error(
                .enhanceYourCalm, "the server has \(count) connections from \(key), the most that a client may have")
        }
    }

    /// Clients on this machine, by a Unix socket, are not told apart.
    private func key(_ client: Peer) -> String? { client.address.port == nil ? nil : client.address.host }

    /// Throws when the server takes no more from this client.
    func checkRoom(for client: Peer) throws(HTTP2Error) {
        try state.withLock { (state) throws(HTTP2Error) in try checkRoom(state, for: client) }
    }

    /// Throws when the server takes no more from this client.
    func add(_ connection: ServerConnection) throws(HTTP2Error) {
        let client = connection.peer
        try state.withLock { (state) throws(HTTP2Error) in
            try checkRoom(state, for: client)
            state.open[ObjectIdentifier(connection)] = connection
            if let key = key(client) { state.counts[key, default: 0] += 1 }
        }
    }

    func remove(_ connection: ServerConnection) {
        let client = connection.peer
        let waiter = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            guard state.open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return nil }
            if let key = key(client), let count = state.counts[key] { state.counts[key] = count > 1 ? count - 1 : nil }
            guard state.open.isEmpty else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    var all: [ServerConnection] { state.withLock { Array($0.open.values) } }

    func beginDraining() {
        state.withLock { $0.isDraining = true }
        for connection in all { connection.beginDraining() }
    }

    func endDraining() {
        for connection in all { connection.endDraining() }
    }

    /// Waits until the last connection has closed. One caller.
    func waitUntilEmpty() async {
        await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
            let isEmpty = state.withLock { state in
                if !state.open.isEmpty { state.waiter = waiter }
                return state.open.isEmpty
            }
            if isEmpty { waiter.resume() }
        }
    }
}
