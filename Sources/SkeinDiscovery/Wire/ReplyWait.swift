// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// One caller's wait for an answer, ended once: by the answer, an error or the caller's cancellation.
final class ReplyWait<Value: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Value, any Error>)
        case over(Result<Value, any Error>)
    }

    private let state = Mutex(State.new)

    /// Ends the wait; `false` when it was over.
    @discardableResult
    func end(_ result: Result<Value, any Error>) -> Bool {
        let (isEnded, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Value, any Error>?) in
            defer { if case .over = state {} else { state = .over(result) } }
            switch state {
            case .new: return (true, nil)
            case .waiting(let continuation): return (true, continuation)
            case .over: return (false, nil)
            }
        }
        continuation?.resume(with: result)
        return isEnded
    }

    /// The answer to what `start` asks for.
    nonisolated(nonsending) func value(_ start: () -> Void) async throws -> Value {
        try Task.checkCancellation()
        start()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
                let early: Result<Value, any Error>? = state.withLock { state in
                    if case .over(let result) = state { return result }
                    state = .waiting(continuation)
                    return nil
                }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            end(.failure(CancellationError()))
        }
    }
}
