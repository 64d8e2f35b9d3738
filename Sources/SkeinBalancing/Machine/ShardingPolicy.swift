// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A policy that keeps a connection to every endpoint and needs more than an `EndpointPolicy` has, such as the endpoints
/// that are not ready, or timers.
package protocol ShardingPolicy: LoadBalancingPolicy {
    var sharding: EndpointSharding { get set }
    var pace: PublicationPace { get set }

    /// Publishes what calls can expect, if that is news and due.
    mutating func publish(_ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool)
}

extension ShardingPolicy {
    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        publish(sharding.resolutionFailed(error), &out, atOnce: false)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        publish(sharding.subchannel(id, became: state, &out), &out, atOnce: false)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) { paceTimerFired(&out) }

    /// The timer of `PublicationPace`.
    mutating func paceTimerFired(_ out: inout PolicyActions) {
        if pace.timerFired() { publish(sharding.outlook, &out, atOnce: true) }
    }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        sharding.describe(&account)
    }
}
