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
    private var members = SubsetMembers()

    package init(_ configuration: Configuration, seed: UInt64, policies: LoadBalancingRegistry) {
        var random = SplitMix64(seed: seed)
        self.configuration = configuration
        self.seed = random.next()
        inner = InnerPolicy(policies, seed: random.next(), timers: 1)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        choose(among: update, &out)
    }

    package mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        choose(among: nil, &out)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        let identity = inner.identity(of: id)
        tell(&out) { $0.subchannel(id, became: state, &$1) }
        guard let identity else { return }
        if members.note(identity, state, at: out.now) { updateChild(&out) } else { schedule(&out) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard id == Self.timer else { return innerTimerFired(id, &out) }
        if members.pass(to: out.now) { updateChild(&out) } else { schedule(&out) }
    }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        inner.describe(&account)
        members.describe(&account)
    }

    /// - Parameter update: `nil`: the last one.
    private mutating func choose(among update: EndpointUpdate?, _ out: inout PolicyActions) {
        members.update(update, configuration, seed: seed)
        updateChild(&out)
    }

    private mutating func updateChild(_ out: inout PolicyActions) {
        guard let endpoints = members.endpoints, let choice = configuration.child else { return }
        updateInner(endpoints, choice, &out)
        schedule(&out)
    }

    private func schedule(_ out: inout PolicyActions) { members.schedule(Self.timer, &out) }
}
