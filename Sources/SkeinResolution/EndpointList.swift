// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import Synchronization

/// Endpoints that the application itself knows and may change: what a `static:` target resolves to.
///
/// Register one under a name, `resolvers.register(list, as: "orders")`, and connect to `static:///orders`. A change
/// reaches every channel that uses the list. May be used from any thread.
public final class EndpointList: Sendable {
    private struct State {
        var endpoints: [Endpoint]
        var watchers: [Int: @Sendable () -> Void] = [:]
        var nextID = 0
    }

    private let state: Mutex<State>

    /// A list that starts with `endpoints`.
    public init(_ endpoints: [Endpoint]) { state = Mutex(State(endpoints: endpoints)) }

    /// A list that starts with `endpoints`.
    public convenience init(_ endpoints: Endpoint...) { self.init(endpoints) }

    /// The list as it is now.
    public var endpoints: [Endpoint] { state.withLock { $0.endpoints } }

    /// Replaces the whole list.
    public func update(_ endpoints: [Endpoint]) {
        let watchers = state.withLock { state in
            state.endpoints = endpoints
            return state.watchers.values
        }
        for watcher in watchers { watcher() }
    }

    /// Calls `change` after each update, on the thread that updates, until `unwatch`.
    func watch(_ change: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.watchers[state.nextID] = change
            return state.nextID
        }
    }

    func unwatch(_ id: Int) { state.withLock { $0.watchers[id] = nil } }
}
