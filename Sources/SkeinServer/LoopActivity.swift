// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What an event loop runs for applications right now, written by the loop and read by the watchdog.
final class LoopActivity: Sendable {
    /// The number of the method.
    private let method = Atomic<Int>(0)
    /// By `LoopClock`; 0 while the loop is its own.
    private let since = Atomic<Int64>(0)

    /// The loop starts to run something for a method. The time. On the loop.
    func begin(_ method: RegisteredMethod) -> Int64 {
        let now = LoopClock.now
        self.method.store(method.number, ordering: .relaxed)
        since.store(now, ordering: .releasing)
        return now
    }

    /// The loop is back. The time. On the loop.
    func end() -> Int64 {
        since.store(0, ordering: .releasing)
        return LoopClock.now
    }

    /// The number of the method that has held the loop for more than `limit` nanoseconds, and since when. From any
    /// thread.
    func blocking(longerThan limit: Int64) -> (method: Int, since: Int64)? {
        let start = since.load(ordering: .acquiring)
        guard start != 0, LoopClock.now - start > limit else { return nil }
        let method = method.load(ordering: .relaxed)
        // The loop may have gone on to another method meanwhile.
        return since.load(ordering: .acquiring) == start ? (method, start) : nil
    }
}
