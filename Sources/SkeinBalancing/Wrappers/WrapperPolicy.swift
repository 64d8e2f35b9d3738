// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A policy with one other inside, which does all that is not said here: the wrapper decides which endpoints that one
/// is told of.
package protocol WrapperPolicy: ContainerPolicy {
    var inner: InnerPolicy { get set }

    /// Publishes what the policy inside has published last.
    mutating func publish(_ out: inout PolicyActions)
}

extension WrapperPolicy {
    package mutating func publish(_ out: inout PolicyActions) { out.publish(inner.state, inner.picker) }

    /// Tells the policy inside of an event, and publishes what it publishes.
    mutating func tell(_ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void) {
        if inner.run(&out, event) { publish(&out) }
    }

    mutating func updateInner(_ update: EndpointUpdate, _ choice: LoadBalancing, _ out: inout PolicyActions) {
        tell(&out) { $0.update(update, valid: choice, &$1) }
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        tell(&out) { $0.resolutionFailed(error, &$1) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        tell(&out) { $0.subchannel(id, became: state, &$1) }
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        tell(&out) { $0.load(of: id, reported: report, &$1) }
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        tell(&out) { $0.attemptsFailed(on: id, &$1) }
    }

    package mutating func exitIdle(_ out: inout PolicyActions) { tell(&out) { $0.exitIdle(&$1) } }

    /// A timer of the policy inside.
    mutating func innerTimerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard let timer = inner.timer(id) else { return }
        tell(&out) { $0.timerFired(timer, &$1) }
    }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        inner.describe(&account)
    }
}

/// The policy inside of a wrapper.
package struct InnerPolicy: Sendable {
    private var child: ChildPolicy<GracefulSwitch>
    private var timers: TimerNames

    /// - Parameter timers: those with lower numbers are the wrapper's own.
    init(_ policies: LoadBalancingRegistry, seed: UInt64, timers: UInt32 = 0, isBare: Bool = false) {
        child = ChildPolicy(policies, seed: seed, isBare: isBare)
        self.timers = TimerNames(own: timers)
    }

    /// What it has published last.
    var state: ConnectivityState { child.state }
    var picker: any Picker { child.picker }

    /// The endpoint of one of its subchannels.
    func identity(of id: SubchannelID) -> Endpoint.Identity? { child.subchannels[id] }

    func describe(_ account: inout PolicyAccount) { child.machine.describe(&account) }

    /// What it calls a timer; `nil` for one of the wrapper's own.
    func timer(_ id: TimerID) -> TimerID? { timers.inner(id)?.id }

    /// Whether it has published.
    mutating func run(
        _ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) -> Bool {
        child.run(&timers, &out, event)
    }
}
