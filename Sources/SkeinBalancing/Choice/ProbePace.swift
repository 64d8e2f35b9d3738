// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How many endpoints a pick asks for their load: so many for each call, within a limit for each second.
final class ProbePace: Sendable {
    /// For each call so many, and one more as often as a number of 32 bits is below `chance`.
    private let whole: Int
    private let chance: UInt64
    private let pace: LoadPace

    init(perCall: Double, perSecond: Double) {
        let perCall = perSecond > 0 ? perCall : 0
        whole = Int(perCall)
        chance = UInt64((perCall - Double(whole)) * 0x1p32)
        pace = LoadPace(perSecond: perSecond)
    }

    /// Endpoints drawn from `ids`, as often as the pace allows, and `first` in any case that the limit allows.
    @inline(__always)
    func probes(
        among ids: [SubchannelID], at time: PickTime, _ draws: inout Draws, first: SubchannelID? = nil
    ) -> ProbeList {
        let count = draws.next() &>> 32 < chance ? whole + 1 : whole
        return count == 0 && first == nil ? ProbeList() : list(of: count, among: ids, at: time, &draws, first: first)
    }

    private func list(
        of count: Int, among ids: [SubchannelID], at time: PickTime, _ draws: inout Draws, first: SubchannelID?
    ) -> ProbeList {
        var list = ProbeList()
        guard whole > 0 || chance > 0, ids.count > 1 else { return list }
        if let first, pace.allows(at: time.nanoseconds) { list.append(first) }
        guard count > 0 else { return list }
        var place = draws.index(below: ids.count)
        for _ in 0..<min(count, ids.count) where pace.allows(at: time.nanoseconds) {
            list.append(ids[place])
            place = draws.index(other: place, below: ids.count)
        }
        return list
    }
}
