// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How many endpoints a pick asks for their load: so many for each call, within a limit for each second.
final class ProbePace: Sendable {
    private let perCall: Double
    private let pace: LoadPace

    init(perCall: Double, perSecond: Double) {
        self.perCall = perSecond > 0 ? perCall : 0
        pace = LoadPace(perSecond: perSecond)
    }

    /// Endpoints drawn from `ids`, as often as the pace allows, and `first` in any case that the limit allows.
    func probes(
        among ids: [SubchannelID], at time: PickTime, _ draws: inout Draws, first: SubchannelID? = nil
    ) -> ProbeList {
        var list = ProbeList()
        guard perCall > 0, ids.count > 1 else { return list }
        if let first, pace.allows(at: time.nanoseconds) { list.append(first) }
        let chance = Double(draws.next() &>> 11) * 0x1p-53
        let count = Int(perCall + chance)
        guard count > 0 else { return list }
        var place = draws.index(below: ids.count)
        for _ in 0..<min(count, ids.count) where pace.allows(at: time.nanoseconds) {
            list.append(ids[place])
            place = draws.index(other: place, below: ids.count)
        }
        return list
    }
}
