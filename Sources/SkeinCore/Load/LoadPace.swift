// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// So many a second, a tenth of them at once: how often servers are asked for their load, and tell it. For any number of
/// threads, none of which waits.
package struct LoadPace: ~Copyable, Sendable {
    private static let burst: UInt64 = 100_000_000
    private let interval: UInt64
    /// When the next is due, in nanoseconds of whatever clock.
    private let next = Atomic<UInt64>(0)

    /// - Parameter perSecond: more than 0.
    package init(perSecond: Double) { interval = UInt64(1e9 / max(perSecond, 1e-6)) }

    /// Whether it is time for one, which counts.
    package func allows(at time: UInt64) -> Bool {
        let due = next.load(ordering: .relaxed)
        guard time >= due else { return false }
        let after = max(due, time &- min(time, LoadPace.burst)) + interval
        return next.compareExchange(expected: due, desired: after, ordering: .relaxed).exchanged
    }
}
