// SPDX-License-Identifier: Apache-2.0
package import SkeinCore
internal import Synchronization

/// The two ways between a channel and its running resolver: results go up, requests for a new look go down.
package final class ResolutionMailbox: Sendable {
    private struct State {
        var isRefreshRequested = false
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())
    private let clock: any Clock<Duration>
    private let receive: @Sendable (Result<Resolution, RPCError>) -> Bool

    /// `receive` is called synchronously, from whatever thread the resolver publishes on; it returns whether the
    /// resolution was accepted.
    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        _ receive: @escaping @Sendable (Result<Resolution, RPCError>) -> Bool
    ) {
        self.clock = clock
        self.receive = receive
    }

    /// Asks the resolver for a new look. Requests made while one is pending are one.
    package func requestRefresh() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            if state.waiters.isEmpty { state.isRefreshRequested = true }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    func deliver(_ result: Result<Resolution, RPCError>) -> Bool { receive(result) }

    nonisolated(nonsending) func waitForRefresh(atMost interval: Duration?) async throws -> Bool {
        guard let interval else { return try await waitForRequest() }
        let clock = clock
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.waitForRequest() }
            group.addTask {
                try await clock.sleep(for: interval)
                return false
            }
            // The loser is cancelled and waited for: it may have taken a request on its way out.
            var isRequested = try await group.next() ?? false
            group.cancelAll()
            while let late = await group.nextResult() {
                if case .success(true) = late { isRequested = true }
            }
            try Task.checkCancellation()
            return isRequested
        }
    }

    private nonisolated(nonsending) func waitForRequest() async throws -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isRequested = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer: Bool? = state.withLock { state in
                    if state.isRefreshRequested {
                        state.isRefreshRequested = false
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
        if !isRequested { throw CancellationError() }
        return true
    }
}
