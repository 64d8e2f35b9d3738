// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Lets those who wait know that something changed.
final class Wakeups: Sendable {
    private struct State {
        var count: UInt64 = 0
        var nextID = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Those whose time was over before they waited.
        var late: Set<Int> = []
    }

    private let state = Mutex(State())

    /// How often something changed; taken before looking, it makes `wait` miss nothing.
    var count: UInt64 { state.withLock(\.count) }

    func wake() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until something changed after `count`, until `limit`, or until the task is cancelled.
    func wait(after count: UInt64, atMost limit: Duration) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = Task {
            try? await Task.sleep(for: limit)
            self.release(id)
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.count != count || state.late.contains(id) { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            release(id)
        }
    }

    private func release(_ id: Int) {
        let waiter = state.withLock { state in
            state.late.insert(id)
            return state.waiters.removeValue(forKey: id)
        }
        waiter?.resume()
    }
}
