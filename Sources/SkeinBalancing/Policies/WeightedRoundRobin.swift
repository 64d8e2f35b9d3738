// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `weighted_round_robin` (gRFC A58): every ready endpoint as often as its weight says, evenly spread. The weight is what
/// the endpoint's server reports, else what the resolver gave.
///
/// Equal weights are `round_robin`; a few whole ones are an exact sequence, the same as nginx's; many or uneven ones
/// are points of an even sequence in an alias table, so that a pick costs the same whatever the weights are.
package struct WeightedRoundRobin: ShardingPolicy {
    package static let name = "weighted_round_robin"
    private static let updateTimer = TimerID(1)

    private var configuration: WeightedRoundRobinConfiguration
    package var sharding = EndpointSharding()
    package var pace = PublicationPace()
    private var random: SplitMix64
    private var reported: [SubchannelID: ReportedWeight] = [:]
    /// Those of the last picker.
    private var weights: [Double] = []
    private var isTimerSet = false

    package init(_ configuration: WeightedRoundRobinConfiguration, seed: UInt64) {
        self.configuration = configuration
        random = SplitMix64(seed: seed)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        let outlook = sharding.update(update, &out)
        watchLoads(&out)
        publish(outlook, &out, atOnce: true)
    }

    package mutating func reconfigure(_ configuration: WeightedRoundRobinConfiguration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        let watchesElse =
            configuration.enableOobLoadReport != self.configuration.enableOobLoadReport
            || configuration.oobReportingPeriod != self.configuration.oobReportingPeriod
        self.configuration = configuration
        if watchesElse { for id in reported.keys { watchLoad(of: id, &out) } }
        publish(sharding.outlook, &out, atOnce: true)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        if state.isReady { reported[id]?.restart() }
        publish(sharding.subchannel(id, became: state, &out), &out, atOnce: false)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        if id == WeightedRoundRobin.updateTimer {
            isTimerSet = false
            refresh(&out)
        } else {
            paceTimerFired(&out)
        }
    }
}

extension WeightedRoundRobin {
    private mutating func watchLoads(_ out: inout PolicyActions) {
        var before = reported
        reported = [:]
        for (id, _) in sharding.endpoints {
            let known = before.removeValue(forKey: id)
            reported[id] = known ?? ReportedWeight()
            if known == nil, configuration.enableOobLoadReport { watchLoad(of: id, &out) }
        }
    }

    private func watchLoad(of id: SubchannelID, _ out: inout PolicyActions) {
        out.watchLoad(of: id, every: configuration.enableOobLoadReport ? configuration.oobReportingPeriod : nil)
    }

    package mutating func publish(
        _ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool
    ) {
        guard let ready = pace.publish(outlook, &out, atOnce: atOnce)?.weighted else { return }
        publish(ready, weights: currentWeights(ready, out.time), &out)
    }

    /// Publishes a picker if there are other weights now.
    private mutating func refresh(_ out: inout PolicyActions) {
        guard case .ready(let all) = sharding.outlook else { return }
        let ready = all.weighted
        let current = currentWeights(ready, out.time)
        if current != weights { publish(ready, weights: current, &out) } else { schedule(&out) }
    }

    private mutating func publish(_ ready: [ReadyEndpoint], weights: [Double], _ out: inout PolicyActions) {
        self.weights = weights
        let endpoints = WeightedEndpoints(ready, weights: weights)
        let turns = WeightedTurns(endpoints, &random)
        out.publish(.ready, WeightedRoundRobinPicker(ids: endpoints.ids, turns: turns))
        schedule(&out)
    }

    private mutating func schedule(_ out: inout PolicyActions) {
        guard !isTimerSet else { return }
        isTimerSet = true
        out.schedule(WeightedRoundRobin.updateTimer, after: configuration.weightUpdatePeriod)
    }

    /// What the resolver gave, until the servers of two endpoints have reported. Then the endpoints whose servers have
    /// not get the mean of those that have, in the proportion that the resolver gave.
    private mutating func currentWeights(_ ready: [ReadyEndpoint], _ now: PickTime) -> [Double] {
        let given = ready.map { Double(max($0.endpoint.weight, 1)) }
        let known = ready.map { weight(of: $0, now) }
        let indices = known.indices.filter { known[$0] != nil }
        guard indices.count > 1 else { return given }
        let scale = indices.reduce(0) { $0 + (known[$1] ?? 0) } / indices.reduce(0) { $0 + given[$1] }
        return known.indices.map { known[$0] ?? given[$0] * scale }
    }

    private mutating func weight(of endpoint: ReadyEndpoint, _ now: PickTime) -> Double? {
        guard let (report, time) = endpoint.load.timedReport else { return nil }
        reported[endpoint.id]?.note(report, at: time, configuration)
        return reported[endpoint.id]?.weight(at: now, configuration)
    }
}

private struct WeightedRoundRobinPicker: ChoicePicker {
    let ids: [SubchannelID]
    let turns: WeightedTurns

    func choose(_ call: borrowing PickContext, again: Int) -> Int { turns.next(call.reader) }
}

/// Weighted turns, in the form that suits the weights. Not an enum, whose contents would be retained by each pick.
struct WeightedTurns: Sendable {
    private let turns: ReaderTurns
    /// Whose turn it is; empty: each endpoint has one, or those of an even sequence are points of `table`.
    private var sequence: [UInt16] = []
    private var table = AliasTable.empty

    init(_ endpoints: WeightedEndpoints, _ random: inout SplitMix64) {
        let readers = ReaderStripes.count
        if endpoints.areEqual {
            turns = ReaderTurns(around: endpoints.ids.count, readers: readers, random: &random)
        } else if let sequence = SmoothSequence.make(endpoints.weights) {
            turns = ReaderTurns(around: sequence.count, by: .one, readers: readers, random: &random)
            self.sequence = sequence
        } else {
            turns = ReaderTurns(around: Int(UInt32.max), by: .even, readers: readers, random: &random)
            table = AliasTable(endpoints.weights)
        }
    }

    func next(_ reader: UInt32) -> Int {
        let turn = turns.next(reader)
        if !sequence.isEmpty { return Int(sequence[turn]) }
        return table.isEmpty ? turn : table.number(at: UInt64(truncatingIfNeeded: turn) &<< 32)
    }
}
