// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Splits the endpoints into parts with a policy each, and sends every part its share of the calls, among those that
/// are ready (gRFC A28).
package struct Partition<Configuration: PartitionConfiguration>: ContainerPolicy {
    package static var name: String { Configuration.name }

    /// What counts of a part: a policy that has failed counts as failing until it is ready or idle.
    private struct Front {
        var state = ConnectivityState.connecting
        var picker: any Picker = QueueingPicker()
    }

    private var configuration: Configuration
    private var children: NamedChildren
    private var fronts: [String: Front] = [:]
    private var parts: [String: PartitionPart] = [:]
    /// Of each endpoint.
    private var weights: [Endpoint.Identity: Double] = [:]
    private var lastUpdate: EndpointUpdate?
    private var lastError = RPCError(.unavailable, "pick an endpoint: the resolver has not answered")

    package init(_ configuration: Configuration, seed: UInt64, policies: LoadBalancingRegistry) {
        self.configuration = configuration
        children = NamedChildren(policies, seed: seed)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        lastUpdate = update
        lastError = update.emptyError
        weights = Dictionary(
            update.endpoints.map { ($0.identity, Double($0.weight)) }, uniquingKeysWith: { first, _ in first })
        let groups = group(update.endpoints)
        let targets = configuration.targets(groups.keys.sorted())
        let known = Set(targets.map(\.name))
        for name in children.all.filter({ !known.contains($0) }).sorted() {
            children.drop(name, &out)
            (fronts[name], parts[name]) = (nil, nil)
        }
        for target in targets {
            let name = target.name
            let part = update.with(groups[name] ?? [])
            if children[name] == nil {
                children.add(name)
                parts[name] = PartitionPart(name: name)
                fronts[name] = Front()
            }
            parts[name]?.endpoints = Set(part.endpoints.map(\.identity)).count
            take(name, children.run(name, &out) { $0.update(part, valid: target.child, &$1) })
            count(name)
        }
        publish(&out)
    }

    package mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        if let lastUpdate { update(lastUpdate, &out) }
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        lastError = error
        tellAll(&out) { $0.resolutionFailed(error, &$1) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        note(id, state)
        tell(children.owner(of: id), &out) { $0.subchannel(id, became: state, &$1) }
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        tell(children.owner(of: id), &out) { $0.load(of: id, reported: report, &$1) }
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        tell(children.owner(of: id), &out) { $0.attemptsFailed(on: id, &$1) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard let timer = children.timer(id) else { return }
        tell(timer.name, &out) { $0.timerFired(timer.id, &$1) }
    }

    package mutating func exitIdle(_ out: inout PolicyActions) { tellAll(&out) { $0.exitIdle(&$1) } }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        for name in fronts.keys.sorted() { children.describe(name, &account) }
        guard account.wantsRemarks, let lastUpdate else { return }
        for (name, group) in group(lastUpdate.endpoints) where fronts[name]?.state.isReady != true {
            let why = fronts[name].map { "is \($0.state)" } ?? "gets no calls"
            for endpoint in group {
                account.remark("in \(PartitionPart.description(name)), which \(why)", on: endpoint.identity)
            }
        }
    }
}

// MARK: the parts

extension Partition {
    private func group(_ endpoints: [Endpoint]) -> [String: [Endpoint]] {
        var groups: [String: [Endpoint]] = [:]
        for endpoint in endpoints {
            if let (name, below) = endpoint.steppedDown {
                groups[name, default: []].append(below)
            } else {
                groups[endpoint.locality?.zone ?? "", default: []].append(endpoint)
            }
        }
        return groups
    }

    private mutating func tell(
        _ name: String?, _ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) {
        guard let name else { return }
        let before = children[name]?.subchannels.count
        let published = children.run(name, &out, event)
        if children[name]?.subchannels.count != before { count(name) }
        take(name, published)
        if published { publish(&out) }
    }

    private mutating func tellAll(
        _ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) {
        var published = fronts.isEmpty
        for name in children.all.sorted() {
            let isNews = children.run(name, &out, event)
            take(name, isNews)
            published = published || isNews
        }
        if published { publish(&out) }
    }

    private mutating func take(_ name: String, _ published: Bool) {
        guard published, let child = children[name] else { return }
        // One that has failed goes on failing while it tries again.
        if case .connecting = child.state, fronts[name]?.state.isTransientFailure == true { return }
        fronts[name] = Front(state: child.state, picker: child.picker)
    }

    /// Notes how many of a part's endpoints are ready.
    private mutating func note(_ id: SubchannelID, _ state: ConnectivityState) {
        guard let name = children.owner(of: id), let identity = children[name]?.subchannels[id] else { return }
        let isReady = state.isReady
        guard isReady != (parts[name]?.readySubchannels.contains(id) ?? false) else { return }
        let weight = weights[identity] ?? 1
        parts[name]?.readyWeight += isReady ? weight : -weight
        if isReady {
            parts[name]?.readySubchannels.insert(id)
        } else {
            parts[name]?.readySubchannels.remove(id)
        }
    }

    /// The same, after its endpoints or subchannels have changed.
    private mutating func count(_ name: String) {
        guard let child = children[name] else { return }
        let ready = (parts[name]?.readySubchannels ?? []).filter { child.subchannels[$0] != nil }
        parts[name]?.readySubchannels = ready
        parts[name]?.readyWeight = ready.reduce(0) { sum, id in
            sum + (child.subchannels[id].flatMap { weights[$0] } ?? 1)
        }
    }
}

// MARK: what calls can expect

extension Partition {
    /// Parts that are ready share the calls; else those of the best state do.
    private func publish(_ out: inout PolicyActions) {
        let names = fronts.keys.sorted()
        guard let best = names.compactMap({ fronts[$0]?.state }).max(by: { rank($0) < rank($1) }) else {
            return out.publish(.transientFailure(lastError), FailingPicker(lastError))
        }
        let all = names.compactMap { parts[$0] }
        let shares = Dictionary(uniqueKeysWithValues: zip(names, configuration.shares(of: all)))
        let chosen = names.filter { fronts[$0]?.state.isSameKind(as: best) == true }
        let used = chosen.compactMap { name in
            fronts[name].map { PartitionPicker.Part(name: name, picker: $0.picker, share: shares[name] ?? 0) }
        }
        if used.count == 1 { return out.publish(best, used[0].picker) }
        out.publish(best, PartitionPicker(used))
    }

    private func rank(_ state: ConnectivityState) -> Int {
        switch state {
        case .ready: 4
        case .connecting: 3
        case .idle: 2
        case .transientFailure: 1
        case .shutdown: 0
        }
    }
}

/// A part of the endpoints, as far as its share depends on it.
package struct PartitionPart: Sendable {
    let name: String
    var endpoints = 0
    var readySubchannels: Set<SubchannelID> = []
    /// Of the ready endpoints together.
    var readyWeight = 0.0

    static func description(_ name: String) -> String { name.isEmpty ? "the part without a name" : "part \(name)" }
}

/// The config of a policy with parts.
package protocol PartitionConfiguration: ContainerConfiguration {
    /// How configs name the policy.
    static var name: String { get }

    /// The parts there are to be, when there are endpoints of parts with these names.
    func targets(_ names: [String]) -> [PartitionTarget]

    /// The shares of all parts, in proportion; those that are not ready have none in any case.
    func shares(of parts: [PartitionPart]) -> [Double]
}

package struct PartitionTarget: Sendable, Hashable {
    let name: String
    let child: LoadBalancing
}
