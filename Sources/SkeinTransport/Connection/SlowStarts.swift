// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How many handlers of one connection wait for a thread of the pool. There are few at a time: the pool takes handlers
/// in order, and those of other connections are not to stand behind all that one client can start.
final class SlowStarts: Sendable {
    private let limit: Int
    private let waiting = Atomic(0)
    /// The connection has more to start.
    private let isHeldBack = Atomic(false)

    init(limit: Int) { self.limit = limit }

    /// Whether another may be started. On the loop. When not, the connection hears of it once there is room.
    var hasRoom: Bool {
        if waiting.load(ordering: .relaxed) < limit { return true }
        isHeldBack.store(true, ordering: .sequentiallyConsistent)
        return waiting.load(ordering: .sequentiallyConsistent) < limit
    }

    /// One was given to the pool. On the loop.
    func enter() { waiting.add(1, ordering: .sequentiallyConsistent) }

    /// One runs now. From any thread.
    func leave(tell: () -> Void) {
        waiting.subtract(1, ordering: .sequentiallyConsistent)
        if isHeldBack.exchange(false, ordering: .sequentiallyConsistent) { tell() }
    }
}
