// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Sends calls to the most important part of the endpoints that is ready, and to the next when it takes too long to be
/// (gRFC A56, A115).
///
/// A part has a policy once it is needed. It may take `failoverTime` to connect before the next is tried; the next is
/// kept for a while after it is not needed any more, since what has failed once may fail again soon.
package struct Priority<Configuration: PriorityConfiguration>: ContainerPolicy {
    package static var name: String { Configuration.name }

    private struct Level {
        /// Until then it may try to connect.
        var failover: ContinuousClock.Instant?
        /// When it will be dropped: it is not needed.
        var expiry: ContinuousClock.Instant?
        /// It has failed since it was last ready or idle.
        var hasFailed = false
    }

    private static var failoverTimer: TimerID { TimerID(.max) }
    private static var expiryTimer: TimerID { TimerID(.max - 1) }
    private static var retention: Duration { .seconds(15 * 60) }

    private var configuration: Configuration
    private var children: NamedChildren
    private var levels: [String: Level] = [:]
    /// The most important first.
    private var priorities: [PriorityTarget] = []
    private var groups: [String: [Endpoint]] = [:]
    /// The one whose picker is published.
    private var current: String?
    private var lastUpdate: EndpointUpdate?
    private var emptyError = RPCError(.unavailable, "pick an endpoint: the resolver has not answered")

    package init(_ configuration: Configuration, seed: UInt64, policies: LoadBalancingRegistry) {
        self.configuration = configuration
        children = NamedChildren(policies, seed: seed)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        lastUpdate = update
        emptyError = update.endpoints.isEmpty ? update.emptyError : Configuration.noPriorities
        let used = Set(update.endpoints.filter { $0[ChildPath.self].isEmpty }.map(\.priority))
        priorities = configuration.priorities(used.sorted())
        groups = group(update.endpoints)
        let known = Set(priorities.map(\.name))
        for name in levels.keys.filter({ !known.contains($0) }).sorted() { drop(name, &out) }
        for target in priorities where levels[target.name] != nil { updateChild(target, &out) }
        choose(&out, isNews: true)
    }

    package mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        if let lastUpdate { update(lastUpdate, &out) }
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        if priorities.isEmpty { emptyError = error }
        tellAll(&out) { $0.resolutionFailed(error, &$1) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        tell(children.owner(of: id), &out) { $0.subchannel(id, became: state, &$1) }
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        tell(children.owner(of: id), &out) { $0.load(of: id, reported: report, &$1) }
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        tell(children.owner(of: id), &out) { $0.attemptsFailed(on: id, &$1) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard let (name, id) = children.timer(id) else { return }
        switch id {
        case Self.failoverTimer:
            guard let due = levels[name]?.failover, due <= out.now else { return }
            levels[name]?.failover = nil
            choose(&out)
        case Self.expiryTimer:
            guard let due = levels[name]?.expiry, due <= out.now else { return }
            drop(name, &out)
        default: tell(name, &out) { $0.timerFired(id, &$1) }
        }
    }

    package mutating func exitIdle(_ out: inout PolicyActions) { tell(current, &out) { $0.exitIdle(&$1) } }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        if let current { children.describe(current, &account) }
        guard account.wantsRemarks, let lastUpdate else { return }
        let used = current.map { ": calls go to \($0)" } ?? ""
        for (name, group) in groups where name != current {
            for endpoint in group { account.remark("of priority \(name)\(used)", on: endpoint.identity) }
        }
        let known = Set(groups.values.joined().map(\.identity))
        for endpoint in lastUpdate.endpoints where !known.contains(endpoint.identity) {
            account.remark("of no priority", on: endpoint.identity)
        }
    }
}

// MARK: the levels

extension Priority {
    private func group(_ endpoints: [Endpoint]) -> [String: [Endpoint]] {
        var groups: [String: [Endpoint]] = [:]
        for endpoint in endpoints {
            if let (name, below) = endpoint.steppedDown {
                groups[name, default: []].append(below)
            } else if let name = configuration.name(of: endpoint.priority) {
                groups[name, default: []].append(endpoint)
            }
        }
        return groups
    }

    private mutating func tell(
        _ name: String?, _ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) {
        guard let name, run(name, &out, event) else { return }
        choose(&out, isNews: name == current)
    }

    private mutating func tellAll(
        _ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) {
        for name in levels.keys.sorted() { _ = run(name, &out, event) }
        choose(&out, isNews: true)
    }

    private mutating func updateChild(_ target: PriorityTarget, _ out: inout PolicyActions) {
        let update = (lastUpdate ?? EndpointUpdate([])).with(groups[target.name] ?? [])
        _ = run(target.name, &out) { $0.update(update, valid: target.child, &$1) }
    }

    /// Whether the child has published something.
    private mutating func run(
        _ name: String, _ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) -> Bool {
        let before = children[name]?.state
        let asks = priorities.first { $0.name == name }?.asksResolver ?? true
        guard children.run(name, &out, asksResolver: asks, event), let child = children[name] else { return false }
        switch child.state {
        case .ready, .idle: levels[name]?.hasFailed = false
        case .transientFailure: levels[name]?.hasFailed = true
        case .connecting, .shutdown:
            let isNew = before.map { !$0.isSameKind(as: child.state) } ?? true
            if isNew, levels[name]?.hasFailed == false { startFailover(name, &out) }
            return true
        }
        levels[name]?.failover = nil
        return true
    }

    private mutating func startFailover(_ name: String, _ out: inout PolicyActions) {
        levels[name]?.failover = out.now + configuration.failoverTime
        children.schedule(Self.failoverTimer, for: name, after: configuration.failoverTime, &out)
    }

    private mutating func drop(_ name: String, _ out: inout PolicyActions) {
        children.drop(name, &out)
        levels[name] = nil
        if current == name { current = nil }
    }
}

// MARK: choosing

extension Priority {
    /// - Parameter isNews: what the current one has published is not published yet.
    private mutating func choose(_ out: inout PolicyActions, isNews: Bool = false) {
        for (index, target) in priorities.enumerated() {
            let name = target.name
            if levels[name] == nil { create(target, &out) }
            levels[name]?.expiry = nil
            switch children[name]?.state {
            case .ready, .idle:
                for lower in priorities[(index + 1)...] { deactivate(lower.name, &out) }
                return use(name, isNews, &out)
            default: if levels[name]?.failover != nil { return use(name, isNews, &out) }
            }
        }
        let connecting = priorities.first { target in
            if case .connecting = children[target.name]?.state { true } else { false }
        }
        if let chosen = connecting ?? priorities.last { return use(chosen.name, isNews, &out) }
        current = nil
        out.publish(.transientFailure(emptyError), FailingPicker(emptyError))
    }

    private mutating func create(_ target: PriorityTarget, _ out: inout PolicyActions) {
        children.add(target.name)
        levels[target.name] = Level()
        startFailover(target.name, &out)
        updateChild(target, &out)
    }

    private mutating func deactivate(_ name: String, _ out: inout PolicyActions) {
        guard let level = levels[name], level.expiry == nil else { return }
        levels[name]?.expiry = out.now + Self.retention
        children.schedule(Self.expiryTimer, for: name, after: Self.retention, &out)
    }

    private mutating func use(_ name: String, _ isNews: Bool, _ out: inout PolicyActions) {
        guard isNews || current != name, let child = children[name] else { return }
        current = name
        out.publish(child.state, child.picker)
    }
}
