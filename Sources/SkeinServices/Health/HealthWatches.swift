// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The board of a health service, and the handlers that wait for its news.
final class HealthWatches: Sendable {
    typealias Wake = AsyncStream<Void>

    private struct State {
        var board = HealthBoard()
        var sleepers: [Int: Wake.Continuation] = [:]
        /// Wait until all news are delivered.
        var deliveries: [Wake.Continuation] = []
    }

    private let state = Mutex(State())

    func read<Value: Sendable>(_ look: (borrowing HealthBoard) -> Value) -> Value { state.withLock { look($0.board) } }

    func change(_ change: (inout HealthBoard) -> [Int]) {
        let woken = state.withLock { state in change(&state.board).compactMap { state.sleepers[$0] } }
        for sleeper in woken { sleeper.yield() }
    }

    /// A new watch, and what wakes it.
    func watch(_ service: String) -> (id: Int, wake: Wake) {
        let (wake, sleeper) = Wake.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.board.watch(service)
            state.sleepers[id] = sleeper
            return id
        }
        return (id, wake)
    }

    func next(_ id: Int) -> HealthBoard.Step { noteDelivery { $0.board.next(id) } }

    func remove(_ id: Int) {
        noteDelivery { state in
            state.board.remove(id)
            state.sleepers[id] = nil
        }
    }

    private func noteDelivery<Value: Sendable>(_ change: (inout State) -> Value) -> Value {
        let (value, deliveries) = state.withLock { state -> (Value, [Wake.Continuation]) in
            let value = change(&state)
            guard state.board.hasDelivered else { return (value, []) }
            defer { state.deliveries = [] }
            return (value, state.deliveries)
        }
        for delivery in deliveries { delivery.finish() }
        return value
    }

    /// Waits until every watch that had nothing to send has sent what is new by now, or the task is cancelled.
    func delivered() async {
        let (stream, delivery) = Wake.makeStream()
        let isDelivered = state.withLock { state in
            if !state.board.hasDelivered { state.deliveries.append(delivery) }
            return state.board.hasDelivered
        }
        if isDelivered { return }
        for await _ in stream {}
    }
}
