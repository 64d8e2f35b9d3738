// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Remembers whether a method's first stretch has been slow, for adaptive execution.
///
/// Two slow stretches among eight calls in a row send the method's next calls to the pool for a minute; then it is
/// tried on the loop again. One alone says little: the system may have taken the core away meanwhile.
final class HandlerPace: Sendable {
    /// A first stretch longer than this is slow. In nanoseconds, as are all times here.
    static let slow: Int64 = 1_000_000
    static let memory: Int64 = 60_000_000_000

    /// When the method stops to count as slow, by `LoopClock`; 0 when it does not.
    private let slowUntil = Atomic<Int64>(0)
    /// The last eight calls, newest in bit 0; 1 for a slow one.
    private let recent = Atomic<UInt8>(0)

    /// Whether the next call may start on the loop. Reads no clock while the method is not slow.
    var mayStartOnLoop: Bool {
        let until = slowUntil.load(ordering: .relaxed)
        guard until != 0 else { return true }
        guard LoopClock.now >= until else { return false }
        slowUntil.store(0, ordering: .relaxed)
        return true
    }

    /// A first stretch took from `start` to `end`; whether the method counts as slow from now on and did not before.
    func firstStretch(from start: Int64, to end: Int64) -> Bool {
        let isSlow = end - start > HandlerPace.slow
        let before = recent.load(ordering: .relaxed)
        if !isSlow, before == 0 { return false }
        let now = before << 1 | (isSlow ? 1 : 0)
        recent.store(now, ordering: .relaxed)
        guard now.nonzeroBitCount > 1 else { return false }
        recent.store(0, ordering: .relaxed)
        return slowUntil.exchange(end + HandlerPace.memory, ordering: .relaxed) == 0
    }
}
