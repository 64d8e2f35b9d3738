// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The part that policies over a `LoadPool` share.
struct PooledChoice: Sendable {
    private let rule: LoadRule
    private let hotShare: Double
    private let configuration: ProbingConfiguration
    private let pace: ProbePace
    private let total: InFlightTotal?
    /// Made with the first picker: it belongs to the channel's slots.
    private var pool: LoadPool?

    /// - Parameters:
    ///   - hotShare: when the config does not say.
    ///   - total: counts what is in flight on all endpoints.
    init(_ rule: LoadRule, hotShare: Double, _ configuration: ProbingConfiguration, total: InFlightTotal? = nil) {
        self.rule = rule
        self.total = total
        self.hotShare = hotShare
        self.configuration = configuration
        pace = ProbePace(perCall: configuration.probesPerCall, perSecond: configuration.maxProbesPerSecond)
    }

    /// The pool stays: it watches the endpoints.
    mutating func reconfigure(_ configuration: ProbingConfiguration) {
        let pool = pool
        self = PooledChoice(rule, hotShare: hotShare, configuration, total: total)
        self.pool = pool
    }

    mutating func makePicker(over ready: [ReadyEndpoint]) -> PooledPicker {
        let endpoints = ready.weighted
        let pool = pool ?? LoadPool(rule, in: ready[0].load.table, total: total)
        self.pool = pool
        pool.adapt(
            to: endpoints.count, at: configuration.poolSize, hotShare: configuration.hotQuantile ?? hotShare)
        for endpoint in endpoints { endpoint.load.watch(by: pool, at: endpoint.id.slot) }
        let drained = endpoints.count < ready.count ? ready.filter { $0.endpoint.weight == 0 } : []
        return PooledPicker(
            ids: endpoints.map(\.id), loads: LoadTable(endpoints), pool: pool, pace: pace,
            drained: Set(drained.map(\.id)))
    }
}

/// The best endpoint of the pool, which stands for the servers that report; compared with another by what this channel
/// has measured of both when one of two drawn does not, and of two that do not the sooner one.
struct PooledPicker: ChoicePicker {
    let ids: [SubchannelID]
    let loads: LoadTable
    let pool: LoadPool
    let pace: ProbePace
    /// Those of weight 0, which get no calls. They may be in the pool when they had another weight before.
    let drained: Set<SubchannelID>
    /// Of eight picks that come to an endpoint of which nothing is known one tries it, since its server may not report.
    /// The others ask for its load: it gets calls as soon as it has answered that.
    private static let asksFirst: UInt64 = 7

    /// Of one endpoint they would be of no use.
    var wantsReports: Bool { ids.count > 1 }

    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID {
        var draws = Draws(call, again: 17)
        var unknown: SubchannelID?
        let (id, note) = soonest(call, &draws, &unknown)
        remarks.note = note
        remarks.wishes.probes = pace.probes(among: ids, at: call.time, &draws, first: unknown)
        return id
    }

    func appraisal(_ number: Int, _ call: borrowing PickContext) -> (score: Double?, reason: String) {
        var found: (score: Double?, reason: String)?
        pool.visit(at: call.time) { candidate in
            guard candidate.id == ids[number] else { return }
            let seconds = Double(Float(bitPattern: candidate.note))
            let rank = candidate.rank
            found = (seconds, "in the pool, \(rank.inFlight) in flight on the server\(rank.isHot ? ", hot" : "")")
        }
        let reporting = loads.reports(number, at: call.time) ? "reports, not in the pool" : "does not report"
        return found ?? (
            loads.isMeasured(number) ? Double(loads.expectedSeconds(number, at: call.time)) : nil, reporting
        )
    }

    /// - Parameter unknown: is an endpoint that was not chosen only because nothing is known of it.
    private func soonest(
        _ call: borrowing PickContext, _ draws: inout Draws, _ unknown: inout SubchannelID?
    ) -> (id: SubchannelID, note: UInt32) {
        let (one, other) = loads.two(of: &draws, below: ids.count)
        let reporting = (loads.reports(one, at: call.time), loads.reports(other, at: call.time))
        guard reporting.0 || reporting.1, let best = pool.take(at: call.time, draws.next()),
            call.attempt == 0 || !call.wasTried(best.id), !drained.contains(best.id)
        else { return noted(chosen(call), at: call.time) }
        if reporting == (true, true) { return (best.id, best.note) }
        let rival = reporting.0 ? other : one
        if loads.isUnknown(rival), draws.next() & PooledPicker.asksFirst != 0 {
            unknown = ids[rival]
            return (best.id, best.note)
        }
        let isRivalSooner =
            loads.expectedSeconds(rival, at: call.time) < pool.expectedSeconds(best.id, at: call.time)
        return isRivalSooner ? noted(ids[rival], at: call.time) : (best.id, best.note)
    }

    private func noted(_ id: SubchannelID, at time: PickTime) -> (id: SubchannelID, note: UInt32) {
        (id, pool.note(id, at: time))
    }

    func choose(_ call: borrowing PickContext, again: Int) -> Int {
        var draws = Draws(call, again: again)
        return loads.sooner(of: &draws, below: ids.count, at: call.time)
    }
}
