// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Wakes a task that waits for something to happen. What happens while nobody waits is not lost: it ends the next wait;
/// many such are one. May be used from any thread.
package final class Signal: Sendable {
    private struct State {
        var isSet = false
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())
    private let clock: any Clock<Duration>

    package init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    package func set() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            if state.waiters.isEmpty { state.isSet = true }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    /// Waits until it is set, or `interval` has passed; forever when `nil`. `true`: it was set. Throws
    /// `CancellationError` when the task is cancelled.
    @discardableResult
    package nonisolated(nonsending) func wait(atMost interval: Duration? = nil) async throws -> Bool {
        guard let interval else { return try await wait() }
        let clock = clock
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.wait() }
            group.addTask {
                try await clock.sleep(for: interval)
                return false
            }
            // The loser is cancelled and waited for: it may have taken the signal on its way out.
            var isSet = try await group.next() ?? false
            group.cancelAll()
            while let late = await group.nextResult() {
                if case .success(true) = late { isSet = true }
            }
            try Task.checkCancellation()
            return isSet
        }
    }

    private nonisolated(nonsending) func wait() async throws -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isSet = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer: Bool? = state.withLock { state in
                    if state.isSet {
                        state.isSet = false
                        return true
                    }
                    if Task.isCancelled { return false }
                    state.waiters[id] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: false)
        }
        if !isSet { throw CancellationError() }
        return true
    }
}
