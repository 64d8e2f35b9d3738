// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Uses a part of the endpoints, for clients so many that each server would have too many connections; the policy
/// inside chooses among these.
package struct Subsetting<Configuration: SubsetConfiguration>: WrapperPolicy {
    package static var name: String { Configuration.name }

    private static var timer: TimerID { TimerID(0) }

    package var inner: InnerPolicy
    private var configuration: Configuration
    /// This client's own.
    private let seed: UInt64
    private var subset: Subset?
    private var lastUpdate: EndpointUpdate?

    package init(_ configuration: Configuration, seed: UInt64, policies: LoadBalancingRegistry) {
        var random = SplitMix64(seed: seed)
        self.configuration = configuration
        self.seed = random.next()
        inner = InnerPolicy(policies, seed: random.next(), timers: 1)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        lastUpdate = update
        let size = configuration.size(of: Set(update.endpoints.map(\.identity)).count)
        if subset?.size != size {
            subset = size.map {
                Subset(configuration.ranking(seed), size: $0, replacesFailing: configuration.replacesFailing)
            }
        }
        subset?.update(update.endpoints)
        updateChild(&out)
    }

    package mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        if configuration.ranking(seed) != self.configuration.ranking(seed) { subset = nil }
        self.configuration = configuration
        if let lastUpdate { update(lastUpdate, &out) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        let identity = inner.identity(of: id)
        inner.run(&out) { $0.subchannel(id, became: state, &$1) }
        guard let identity, subset != nil else { return }
        if subset?.note(identity, state, at: out.now) == true { updateChild(&out) } else { schedule(&out) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard id == Self.timer else { return inner.timerFired(id, &out) }
        if subset?.pass(to: out.now) == true { updateChild(&out) } else { schedule(&out) }
    }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        inner.describe(&account)
        guard account.wantsRemarks, let subset, let lastUpdate else { return }
        let members = Set(subset.members.map(\.identity))
        for endpoint in lastUpdate.endpoints where !members.contains(endpoint.identity) {
            account.remark("not in the subset", on: endpoint.identity)
        }
    }

    private mutating func updateChild(_ out: inout PolicyActions) {
        guard var update = lastUpdate, let choice = configuration.child else { return }
        if let subset { update.endpoints = subset.members }
        inner.update(update, choice, &out)
        schedule(&out)
    }

    private func schedule(_ out: inout PolicyActions) {
        if let due = subset?.due { out.schedule(Self.timer, after: max(due - out.now, .zero)) }
    }
}
