// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How many bytes the connections of a server may hold together: received and not read, or written and not sent.
///
/// Each connection reports what it holds. Above the limit, those that hold more than an equal share are asked to give
/// up calls; who holds little is left alone.
package final class BufferBudget: Sendable {
    /// Reports are rounded down to this: small calls, which come and go within a burst, never report.
    static let step = 32 << 10

    private struct Holder {
        var bytes: Int
        /// Has not reported since it was asked.
        var isAsked = false
        let ask: @Sendable () -> Void
    }

    private struct State {
        var total = 0
        var holders: [ObjectIdentifier: Holder] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    package init(limit: Int) { self.limit = limit }

    /// What all connections together hold.
    package var held: Int { state.withLock { $0.total } }

    /// The most that a connection may hold now; `nil` while all together are below the limit.
    var share: Int? { state.withLock { share($0) } }

    private func share(_ state: State) -> Int? {
        state.total > limit ? limit / max(1, state.holders.count) : nil
    }

    /// `owner` holds `bytes` now. `ask` is kept while that is more than nothing: called to have it look at its share.
    func report(_ owner: AnyObject, _ bytes: Int, ask: @escaping @Sendable () -> Void) {
        let id = ObjectIdentifier(owner)
        let asked = state.withLock { state -> [@Sendable () -> Void] in
            state.total += bytes - (state.holders[id]?.bytes ?? 0)
            state.holders[id] = bytes == 0 ? nil : Holder(bytes: bytes, ask: ask)
            guard let share = share(state) else { return [] }
            var asked: [@Sendable () -> Void] = []
            for (other, holder) in state.holders where other != id && holder.bytes > share && !holder.isAsked {
                state.holders[other]?.isAsked = true
                asked.append(holder.ask)
            }
            return asked
        }
        for ask in asked { ask() }
    }
}
