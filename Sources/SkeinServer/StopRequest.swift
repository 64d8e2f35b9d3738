// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The wish that a server stop: by a signal, a cancelled task, a service group or a call. The first wish starts the
/// drain, the second ends it.
final class StopRequest: Sendable {
    private struct State {
        var count = 0
        var waiter: UnsafeContinuation<Void, Never>?
        var onSecond: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func request() {
        let (waiter, onSecond) = state.withLock { state in
            state.count += 1
            defer { state.waiter = nil }
            return (state.waiter, state.count > 1 ? state.onSecond : nil)
        }
        waiter?.resume()
        onSecond?()
    }

    /// Waits for the first wish. One caller.
    func wait() async {
        await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
            let isRequested = state.withLock { state in
                if state.count == 0 { state.waiter = waiter }
                return state.count > 0
            }
            if isRequested { waiter.resume() }
        }
    }

    /// Calls `body` with the second wish, at once if it is there already.
    func onSecond(_ body: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.onSecond = body
            return state.count > 1
        }
        if isRequested { body() }
    }
}
