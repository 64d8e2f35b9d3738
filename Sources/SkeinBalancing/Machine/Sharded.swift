// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// An endpoint policy as a load balancing policy: `EndpointSharding` keeps the connections, the policy makes the
/// pickers.
public struct Sharded<Policy: EndpointPolicy>: LoadBalancingPolicy {
    public static var name: String { Policy.name }
    public static var ejectsFailing: Bool { Policy.ejectsFailing }

    private var policy: Policy
    private var configuration: Policy.Configuration
    private var sharding = EndpointSharding()
    private var pace = PublicationPace()
    private var random: SplitMix64

    public init(_ configuration: Policy.Configuration, seed: UInt64) {
        self.configuration = configuration
        random = SplitMix64(seed: seed)
        policy = Policy(configuration, seed: random.next())
    }

    public mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        publish(sharding.update(update, &out), &out, atOnce: true)
    }

    public mutating func reconfigure(_ configuration: Policy.Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        policy.reconfigure(configuration, seed: random.next())
        publish(sharding.outlook, &out, atOnce: true)
    }

    public mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        publish(sharding.resolutionFailed(error), &out)
    }

    public mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        publish(sharding.subchannel(id, became: state, &out), &out)
    }

    public func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        sharding.describe(&account)
    }

    public mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        if pace.timerFired() { publish(sharding.outlook, &out, atOnce: true) }
    }

    private mutating func publish(
        _ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool = false
    ) {
        guard let ready = pace.publish(outlook, &out, atOnce: atOnce) else { return }
        out.publish(.ready, policy.makePicker(over: ready))
    }
}
