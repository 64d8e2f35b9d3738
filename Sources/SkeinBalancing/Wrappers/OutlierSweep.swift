// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

extension EjectionBook {
    /// One interval's end as gRPC's outlier detection has it (gRFC A50): ejects, and takes back.
    mutating func sweep(_ rules: OutlierRules, at now: ContinuousClock.Instant, _ random: inout SplitMix64) {
        refresh()
        var calls: [(identity: Endpoint.Identity, counts: OutcomeTotals)] = []
        for identity in order {
            guard let record = self[identity] else { continue }
            calls.append((identity, record.totals - record.atInterval))
            self[identity]?.atInterval = record.totals
        }
        if let rule = rules.successRate {
            let rates = calls.filter { $0.counts.volume >= max(rule.sample.requestVolume, 1) }
                .map { ($0.identity, Double($0.counts.successes) / Double($0.counts.volume)) }
            let least = OutlierRules.threshold(rates.map(\.1), factor: Double(rule.stdevFactor) / 1000)
            let found = rates.filter { $0.1 < least }.map(\.0)
            enforce(rules, rule.sample, found, of: rates.count, now, &random)
        }
        if let rule = rules.failurePercentage {
            let busy = calls.filter { $0.counts.volume >= max(rule.sample.requestVolume, 1) }
            let found = busy.filter { 100 * $0.counts.failures > rule.threshold * $0.counts.volume }.map(\.identity)
            enforce(rules, rule.sample, found, of: busy.count, now, &random)
        }
        for identity in order { settle(identity, rules, now) }
    }

    /// Nothing is swept any more: whoever was ejected by a sweep is back.
    mutating func endSweeps() {
        for identity in order where self[identity]?.multiplier != 0 {
            self[identity]?.multiplier = 0
            if case .outlier = self[identity]?.ejection?.rule { uneject(identity) }
        }
    }

    /// What comes from now on belongs to the next interval.
    mutating func startInterval() {
        refresh()
        for identity in order {
            let totals = self[identity]?.totals ?? OutcomeTotals()
            self[identity]?.atInterval = totals
        }
    }

    private mutating func enforce(
        _ rules: OutlierRules, _ sample: OutlierRules.Sample, _ found: [Endpoint.Identity], of count: Int,
        _ now: ContinuousClock.Instant, _ random: inout SplitMix64
    ) {
        guard count >= sample.minimumHosts else { return }
        var ejected = ejectedCount(by: .outlier)
        for identity in found where self[identity]?.ejection == nil {
            guard 100 * ejected < rules.maxEjectionPercent * endpointCount, mayEject else { return }
            guard Int.random(in: 0..<100, using: &random) < sample.enforcementPercentage else { continue }
            let times = (self[identity]?.multiplier ?? 0) + 1
            self[identity]?.multiplier = times
            eject(identity, .init(.outlier, identity, from: now, for: rules.ejectionTime(times), times: times))
            ejected += 1
        }
    }

    private mutating func settle(
        _ identity: Endpoint.Identity, _ rules: OutlierRules, _ now: ContinuousClock.Instant
    ) {
        guard let record = self[identity] else { return }
        guard let ejection = record.ejection else {
            if record.multiplier > 0 { self[identity]?.multiplier -= 1 }
            return
        }
        guard case .outlier = ejection.rule, now > ejection.start + rules.ejectionTime(ejection.times) else { return }
        uneject(identity)
    }
}

extension OutlierRules {
    /// So many standard deviations below the mean.
    static func threshold(_ rates: [Double], factor: Double) -> Double {
        guard !rates.isEmpty else { return 0 }
        let mean = rates.reduce(0, +) / Double(rates.count)
        let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rates.count)
        return mean - variance.squareRoot() * factor
    }
}

extension OutcomeTotals {
    fileprivate var volume: Int { successes + failures }
}

extension EjectionRecord.Ejection {
    init(
        _ rule: EjectionRecord.Rule, _ identity: Endpoint.Identity, from now: ContinuousClock.Instant,
        for time: Duration, times: Int
    ) {
        let what = if case .outlier = rule { "outlier detection" } else { "its failures" }
        let error = RPCError(
            .unavailable,
            "send calls to \(identity): ejected by \(what) for \(time), \(times == 1 ? "once" : "\(times) times")")
        self.init(rule: rule, start: now, times: times, error: error)
    }
}
