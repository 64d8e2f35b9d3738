// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Lets one task at a time do something that it has to wait for. The others wait, in order.
final class Turn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [ReplyWait<Void>] = []
    }

    private let state = Mutex(State())

    nonisolated(nonsending) func take<Value>(_ body: () async throws -> Value) async throws -> Value {
        let wait = ReplyWait<Void>()
        try await wait.value {
            let isFree = state.withLock { state in
                defer { state.isTaken = true }
                if state.isTaken { state.waiting.append(wait) }
                return !state.isTaken
            }
            if isFree { wait.end(.success(())) }
        }
        defer { pass() }
        return try await body()
    }

    /// To the next that still waits.
    private func pass() {
        while true {
            let next: ReplyWait<Void>? = state.withLock { state in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.isTaken = false
                return nil
            }
            guard let next, !next.end(.success(())) else { return }
        }
    }
}
