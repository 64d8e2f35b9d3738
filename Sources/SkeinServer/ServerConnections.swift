// SPDX-License-Identifier: Apache-2.0
internal import SkeinTransport
internal import Synchronization

/// The open connections of a server.
final class ServerConnections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ServerConnection] = [:]
        var isDraining = false
        var waiter: UnsafeContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// `false` when the server takes no more.
    func add(_ connection: ServerConnection) -> Bool {
        state.withLock { state in
            guard !state.isDraining else { return false }
            state.open[ObjectIdentifier(connection)] = connection
            return true
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
