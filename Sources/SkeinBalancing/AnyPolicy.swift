// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A policy of any type, as a channel holds it.
package struct AnyPolicy: Sendable {
    private var policy: any LoadBalancingPolicy
    private let policies: LoadBalancingRegistry
    /// How configs name it.
    package let name: String
    /// It is inside of the ejection that it has beneath by default.
    private let isEjecting: Bool

    init(_ policy: any LoadBalancingPolicy, name: String, isEjecting: Bool, _ policies: LoadBalancingRegistry) {
        self.policy = policy
        self.policies = policies
        self.name = name
        self.isEjecting = isEjecting
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        policy.update(update, &out)
    }

    /// Takes the configuration of `choice`, which names the same policy. Throws, unchanged, if it is invalid.
    package mutating func reconfigure(
        _ choice: LoadBalancing, _ out: inout PolicyActions
    ) throws(ConfigurationError) {
        let choice = isEjecting ? FailingEjection.around(choice) : choice
        try AnyPolicy.reconfigure(&policy, choice, policies, &out)
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        policy.resolutionFailed(error, &out)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        policy.subchannel(id, became: state, &out)
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        policy.load(of: id, reported: report, &out)
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        policy.attemptsFailed(on: id, &out)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) { policy.timerFired(id, &out) }

    func describe(_ account: inout PolicyAccount) { policy.describe(&account) }

    package mutating func exitIdle(_ out: inout PolicyActions) { policy.exitIdle(&out) }

    private static func reconfigure<P: LoadBalancingPolicy>(
        _ policy: inout P, _ choice: LoadBalancing, _ policies: LoadBalancingRegistry, _ out: inout PolicyActions
    ) throws(ConfigurationError) {
        policy.reconfigure(try policies.configuration(of: P.self, choice), &out)
    }
}
