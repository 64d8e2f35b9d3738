// SPDX-License-Identifier: Apache-2.0

/// The part that policies over a `LoadPool` share.
struct PooledChoice: Sendable {
    private let rule: LoadRule
    private let hotShare: Double
    private let poolSize: Int
    private let pace: ProbePace
    /// Made with the first picker: it belongs to the channel's slots.
    private var pool: LoadPool?

    init(_ rule: LoadRule, hotShare: Double, _ configuration: ProbingConfiguration) {
        self.rule = rule
        self.hotShare = hotShare
        poolSize = configuration.poolSize
        pace = ProbePace(perCall: configuration.probesPerCall, perSecond: configuration.maxProbesPerSecond)
    }

    mutating func makePicker(over ready: [ReadyEndpoint]) -> PooledPicker {
        let pool = pool ?? LoadPool(rule, hotShare: hotShare, in: ready[0].load.table)
        self.pool = pool
        pool.resize(for: ready.count, at: poolSize)
        for endpoint in ready { endpoint.load.watch(by: pool, at: endpoint.id.slot) }
        return PooledPicker(ids: ready.map(\.id), loads: LoadTable(ready), pool: pool, pace: pace)
    }
}

/// The best endpoint of the pool; while nobody reports, of two the one with the shorter measured delay.
struct PooledPicker: ChoicePicker {
    let ids: [SubchannelID]
    let loads: LoadTable
    let pool: LoadPool
    let pace: ProbePace

    func pick(_ call: borrowing PickContext) -> PickResult {
        var draws = Draws(call, again: 17)
        var id = pool.take(at: call.time, draws.next())
        if call.attempt > 0, let taken = id, call.wasTried(taken) { id = nil }
        var result = PickResult.subchannel(id ?? chosen(call))
        result.probes = pace.probes(among: ids, at: call.time, &draws)
        return result
    }

    func choose(_ call: borrowing PickContext, again: Int) -> Int {
        var draws = Draws(call, again: again)
        return loads.sooner(of: &draws, below: ids.count, at: call.time)
    }
}
