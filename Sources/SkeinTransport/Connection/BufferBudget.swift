// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How many bytes the connections of a server may hold together: received and not read, or written and not sent.
///
/// Each connection reports what it holds. Above the limit those that hold more than an equal share have to give up
/// calls; who holds little is left alone.
package final class BufferBudget: Sendable {
    /// Reports are rounded down to this: small calls, which come and go within a burst, never report.
    static let step = 32 << 10

    private let limit: Int
    private let total = Atomic(0)
    private let holders = Atomic(0)

    package init(limit: Int) { self.limit = limit }

    /// What all connections together hold.
    package var held: Int { total.load(ordering: .relaxed) }

    /// The most that a connection may hold now; `nil` while all together are below the limit.
    var share: Int? {
        guard held > limit else { return nil }
        return limit / max(1, holders.load(ordering: .relaxed))
    }

    /// A connection held `before` and holds `now`; both are multiples of `step`.
    func change(from before: Int, to now: Int) {
        total.add(now - before, ordering: .relaxed)
        if before == 0 { holders.add(1, ordering: .relaxed) }
        if now == 0 { holders.subtract(1, ordering: .relaxed) }
    }
}
