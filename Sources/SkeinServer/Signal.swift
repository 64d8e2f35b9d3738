// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Something that happens once, and that anybody may wait for.
final class Signal: Sendable {
    private enum State {
        case pending([@Sendable () -> Void])
        case given
    }

    private let state = Mutex(State.pending([]))

    /// It has happened. Of no effect the second time.
    func give() {
        let waiters = state.withLock { state -> [@Sendable () -> Void] in
            guard case .pending(let waiters) = state else { return [] }
            state = .given
            return waiters
        }
        for waiter in waiters { waiter() }
    }

    /// Calls `body` when it happens, at once if it has.
    func then(_ body: @escaping @Sendable () -> Void) {
        let isGiven = state.withLock { state in
            guard case .pending(let waiters) = state else { return true }
            state = .pending(waiters + [body])
            return false
        }
        if isGiven { body() }
    }

    /// Waits until it happens, also in a cancelled task.
    func wait() async {
        await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
            then { waiter.resume() }
        }
    }
}
