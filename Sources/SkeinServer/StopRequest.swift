// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinTransport
internal import Synchronization

/// The wish that a server stop: by a signal, a cancelled task, a service group or a call. The first wish starts the
/// drain, the second ends it.
final class StopRequest: Sendable {
    private let count = Atomic(0)
    private let first = Signal()
    private let second = Signal()

    func request() {
        let isFirst = count.wrappingAdd(1, ordering: .relaxed).oldValue == 0
        (isFirst ? first : second).give()
    }

    /// Waits for the first wish.
    func wait() async { await first.wait() }

    /// Calls `body` with the second wish, at once if it is there already.
    func onSecond(_ body: @escaping @Sendable () -> Void) { second.then(body) }

    /// Waits until `signal` is given, `limit` has passed or the second wish comes, whichever is first.
    func wait(for signal: Signal, atMost limit: Duration, on timer: any EventLoop) async {
        let timeout = timer.scheduleTask(in: TimeAmount(limit)) { signal.give() }
        second.then { signal.give() }
        await signal.wait()
        timeout.cancel()
    }
}
