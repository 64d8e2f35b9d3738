// SPDX-License-Identifier: Apache-2.0
internal import SkeinHTTP2
internal import SkeinTransport
internal import Synchronization

/// The open connections of a server.
final class ServerConnections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ServerConnection] = [:]
        var isDraining = false
        var waiter: UnsafeContinuation<Void, Never>?

        func checkRoom(_ limit: Int) throws(HTTP2Error) {
            if isDraining { throw HTTP2Error(.noError, "the server is shutting down") }
            if open.count >= limit {
                throw HTTP2Error(.enhanceYourCalm, "the server has \(open.count) connections, the most that it may have")
            }
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Throws when the server takes no more.
    func checkRoom() throws(HTTP2Error) {
        try state.withLock { (state) throws(HTTP2Error) in try state.checkRoom(limit) }
    }

    /// Throws when the server takes no more.
    func add(_ connection: ServerConnection) throws(HTTP2Error) {
        try state.withLock { (state) throws(HTTP2Error) in
            try state.checkRoom(limit)
            state.open[ObjectIdentifier(connection)] = connection
        }
    }

    func remove(_ connection: ServerConnection) {
        let waiter = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            state.open[ObjectIdentifier(connection)] = nil
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
