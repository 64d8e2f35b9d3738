// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How many endpoints a pick asks for their load: so many for each call, within a limit for each second.
final class ProbePace: Sendable {
    private let perCall: Double
    private let interval: UInt64
    /// When the next may be sent.
    private let next = Atomic<UInt64>(0)

    init(perCall: Double, perSecond: Double) {
        self.perCall = perSecond > 0 ? perCall : 0
        interval = perSecond > 0 ? UInt64(1e9 / perSecond) : 0
    }

    /// Endpoints drawn from `ids`, as often as the pace allows, and `first` in any case that the limit allows.
    func probes(
        among ids: [SubchannelID], at time: PickTime, _ draws: inout Draws, first: SubchannelID? = nil
    ) -> ProbeList {
        var list = ProbeList()
        guard perCall > 0, ids.count > 1 else { return list }
        if let first, mayProbe(at: time) { list.append(first) }
        let chance = Double(draws.next() &>> 11) * 0x1p-53
        let count = Int(perCall + chance)
        guard count > 0 else { return list }
        var place = draws.index(below: ids.count)
        for _ in 0..<min(count, ids.count) where mayProbe(at: time) {
            list.append(ids[place])
            place = draws.index(other: place, below: ids.count)
        }
        return list
    }

    /// A burst of a tenth of a second's probes is allowed.
    private func mayProbe(at time: PickTime) -> Bool {
        let due = next.load(ordering: .relaxed)
        guard time.nanoseconds >= due else { return false }
        let after = max(due, time.nanoseconds &- min(time.nanoseconds, 100_000_000)) + interval
        return next.compareExchange(expected: due, desired: after, ordering: .relaxed).exchanged
    }
}
