// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// What an event loop runs for applications right now, written by the loop and read by the watchdog.
final class LoopActivity: Sendable {
    private struct Running {
        var method: MethodDescriptor
        var since: ContinuousClock.Instant
    }

    private let running = Mutex<Running?>(nil)

    /// The loop starts to run something for `method`. On the loop.
    func begin(_ method: MethodDescriptor) -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        running.withLock { $0 = Running(method: method, since: now) }
        return now
    }

    /// The loop is back. On the loop.
    func end() -> ContinuousClock.Instant {
        running.withLock { $0 = nil }
        return .now
    }

    /// The method that has held the loop since before `limit` ago, and since when. From any thread.
    func blocking(longerThan limit: Duration) -> (method: MethodDescriptor, since: ContinuousClock.Instant)? {
        running.withLock { running in
            guard let running, ContinuousClock.now - running.since > limit else { return nil }
            return (running.method, running.since)
        }
    }
}
