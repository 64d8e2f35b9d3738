// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A policy with one other inside, which does all that is not said here: the wrapper decides which endpoints that one
/// is told of.
package protocol WrapperPolicy: ContainerPolicy {
    var inner: InnerPolicy { get set }
}

extension WrapperPolicy {
    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        inner.run(&out) { $0.resolutionFailed(error, &$1) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        inner.run(&out) { $0.subchannel(id, became: state, &$1) }
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        inner.run(&out) { $0.load(of: id, reported: report, &$1) }
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        inner.run(&out) { $0.attemptsFailed(on: id, &$1) }
    }

    package mutating func exitIdle(_ out: inout PolicyActions) { inner.run(&out) { $0.exitIdle(&$1) } }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        inner.describe(&account)
    }
}

/// The policy inside of a wrapper; what it publishes, the wrapper publishes.
package struct InnerPolicy: Sendable {
    private var child: ChildPolicy<GracefulSwitch>
    private var timers: TimerNames

    /// - Parameter timers: those with lower numbers are the wrapper's own.
    init(_ policies: LoadBalancingRegistry, seed: UInt64, timers: UInt32 = 0, isBare: Bool = false) {
        child = ChildPolicy(policies, seed: seed, isBare: isBare)
        self.timers = TimerNames(own: timers)
    }

    /// The endpoint of one of its subchannels.
    func identity(of id: SubchannelID) -> Endpoint.Identity? { child.subchannels[id] }

    func describe(_ account: inout PolicyAccount) { child.machine.describe(&account) }

    mutating func update(_ update: EndpointUpdate, _ choice: LoadBalancing, _ out: inout PolicyActions) {
        run(&out) { $0.update(update, valid: choice, &$1) }
    }

    mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        if let timer = timers.inner(id) { run(&out) { $0.timerFired(timer.id, &$1) } }
    }

    mutating func run(_ out: inout PolicyActions, _ event: (inout GracefulSwitch, inout PolicyActions) -> Void) {
        if child.run(&timers, &out, event) { out.publish(child.state, child.picker) }
    }
}
