// SPDX-License-Identifier: Apache-2.0
internal import NIOPosix
internal import Synchronization

/// A few threads for calls that block: name lookups and files. A lookup may take half a minute, so these threads are
/// not shared with anybody else's work.
package struct BlockingPool: Sendable {
    package static let shared = BlockingPool(threads: 4)

    private let pool: NIOThreadPool

    private init(threads: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    /// Runs `body` on one of the threads. When the calling task is cancelled the wait ends at once, and the result,
    /// if it ever comes, is dropped.
    package nonisolated(nonsending) func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(CancellationError) -> Value {
        let wait = Wait<Value>()
        let value = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard wait.begin(continuation) else { return continuation.resume(returning: nil) }
                pool.submit { _ in
                    if !wait.isOver { wait.end(body()) }
                }
            }
        } onCancel: {
            wait.end(nil)
        }
        guard let value else { throw CancellationError() }
        return value
    }

    /// One caller's wait, ended once: by the result or by cancellation.
    private final class Wait<Value: Sendable>: Sendable {
        private enum State {
            case new
            case waiting(CheckedContinuation<Value?, Never>)
            case over
        }

        private let state = Mutex(State.new)

        var isOver: Bool { state.withLock { if case .over = $0 { true } else { false } } }

        /// `false` when the wait is over before it began.
        func begin(_ continuation: CheckedContinuation<Value?, Never>) -> Bool {
            state.withLock { state in
                guard case .new = state else { return false }
                state = .waiting(continuation)
                return true
            }
        }

        func end(_ value: Value?) {
            let continuation: CheckedContinuation<Value?, Never>? = state.withLock { state in
                defer { state = .over }
                if case .waiting(let continuation) = state { return continuation }
                return nil
            }
            continuation?.resume(returning: value)
        }
    }
}
