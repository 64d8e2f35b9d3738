// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// The channel's connectivity state, and those who watch it.
final class StateBroadcast: Sendable {
    private struct State {
        var current = ConnectivityState.idle
        var watchers: [Int: AsyncStream<ConnectivityState>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var current: ConnectivityState { state.withLock { $0.current } }

    func publish(_ new: ConnectivityState) {
        let watchers = state.withLock { state -> [AsyncStream<ConnectivityState>.Continuation] in
            if case .shutdown = state.current { return [] }
            defer { state.current = new }
            return state.current.isSameKind(as: new) ? [] : Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield(new) }
        if case .shutdown = new { for watcher in watchers { watcher.finish() } }
    }

    /// The current state and every one after it; ends with `shutdown`. A watcher that does not keep up misses old ones.
    func watch() -> AsyncStream<ConnectivityState> {
        let (stream, watcher) = AsyncStream<ConnectivityState>.makeStream(bufferingPolicy: .bufferingNewest(64))
        let (number, current) = state.withLock { state in
            state.next += 1
            state.watchers[state.next] = watcher
            // Here, lest a newer state come first.
            watcher.yield(state.current)
            return (state.next, state.current)
        }
        if case .shutdown = current { watcher.finish() }
        watcher.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private func forget(_ number: Int) {
        state.withLock { _ = $0.watchers.removeValue(forKey: number) }
    }
}
