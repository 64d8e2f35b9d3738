// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A channel's policy, which may be replaced by another without a gap: the old one serves while it is ready, until the
/// new one is ready or fails, or the old one is not ready any more.
///
/// A configuration of the same policy changes that policy in place.
package struct GracefulSwitch: Sendable {
    private struct Child: Sendable {
        var policy: ChildPolicy<AnyPolicy>
        var choice: LoadBalancing
    }

    private let registry: LoadBalancingRegistry
    private var random: SplitMix64
    private var children: UInt32 = 0
    private var active: Child?
    /// Made later than `active`, which serves still.
    private var pending: Child?
    private var timers = TimerNames()
    /// The policies are made without the ejection that some of them have beneath.
    private let isBare: Bool

    package init(_ registry: LoadBalancingRegistry, seed: UInt64, isBare: Bool = false) {
        self.registry = registry
        self.isBare = isBare
        random = SplitMix64(seed: seed)
    }

    /// The policy that serves calls.
    package var name: String? { active?.policy.machine.name }

    /// What the policy that serves calls tells of itself.
    package func describe(_ account: inout PolicyAccount) { active?.policy.machine.describe(&account) }

    /// Takes an answer of the resolver and the policies to choose from. Throws, unchanged, when no policy can be made
    /// of them.
    package mutating func update(
        _ update: EndpointUpdate, _ choices: [LoadBalancing], _ out: inout PolicyActions
    ) throws(ConfigurationError) {
        let choice = try registry.choose(choices)
        if let newest = pending ?? active, newest.policy.machine.name == choice.policy {
            if newest.choice != choice { try reconfigure(choice, &out) }
        } else {
            try add(choice, &out)
        }
        run(newest: true, &out) { $0.update(update, &$1) }
    }

    /// The same for a choice that was found valid before; calls fail if it is not, and there is no other.
    mutating func update(_ update: EndpointUpdate, valid choice: LoadBalancing, _ out: inout PolicyActions) {
        do throws(ConfigurationError) {
            try self.update(update, [choice], &out)
        } catch {
            guard active == nil else { return }
            let failure = RPCError(.internal, "make the policy \(choice.policy): \(error.message)")
            out.publish(.transientFailure(failure), FailingPicker(failure))
        }
    }

    /// The resolver has no answer. Before the first one, calls fail with `error`.
    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        if active == nil { return out.publish(.transientFailure(error), FailingPicker(error)) }
        run(newest: true, &out) { $0.resolutionFailed(error, &$1) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        run(newest: isPending(id), &out) { $0.subchannel(id, became: state, &$1) }
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        run(newest: isPending(id), &out) { $0.load(of: id, reported: report, &$1) }
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        out.heardFaults(id)
        run(newest: isPending(id), &out) { $0.attemptsFailed(on: id, &$1) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard let timer = timers.inner(id) else { return }
        for newest in [false, true] where child(newest)?.policy.number == timer.child {
            return run(newest: newest, &out) { $0.timerFired(timer.id, &$1) }
        }
    }

    package mutating func exitIdle(_ out: inout PolicyActions) {
        run(newest: false, &out) { $0.exitIdle(&$1) }
        if pending != nil { run(newest: true, &out) { $0.exitIdle(&$1) } }
    }
}

extension GracefulSwitch {
    private func isPending(_ id: SubchannelID) -> Bool { pending?.policy.subchannels[id] != nil }

    private func child(_ newest: Bool) -> Child? { newest ? pending ?? active : active }

    private mutating func add(_ choice: LoadBalancing, _ out: inout PolicyActions) throws(ConfigurationError) {
        let policy = try registry.make([choice], seed: random.next(), isBare: isBare)
        let child = Child(policy: ChildPolicy(policy, number: children), choice: choice)
        children += 1
        if active == nil {
            active = child
        } else {
            drop(pending, &out)
            pending = child
        }
    }

    private mutating func reconfigure(
        _ choice: LoadBalancing, _ out: inout PolicyActions
    ) throws(ConfigurationError) {
        var thrown: ConfigurationError?
        run(newest: true, &out) { policy, actions in
            do throws(ConfigurationError) { try policy.reconfigure(choice, &actions) } catch { thrown = error }
        }
        if let thrown { throw thrown }
        if pending == nil { active?.choice = choice } else { pending?.choice = choice }
    }

    /// Tells one child of an event, passes on what it asks for, and sees who is to serve now.
    private mutating func run(
        newest: Bool, _ out: inout PolicyActions, _ event: (inout AnyPolicy, inout PolicyActions) -> Void
    ) {
        let isPending = newest && pending != nil
        guard var child = child(newest) else { return }
        // The only reference stays ours, so that the policy changes in place.
        if isPending { pending = nil } else { active = nil }
        let published = child.policy.run(&timers, &out, event)
        if isPending { pending = child } else { active = child }
        if published, !isPending { out.publish(child.policy.state, child.policy.picker) }
        switchIfDue(&out)
    }

    private mutating func switchIfDue(_ out: inout PolicyActions) {
        guard let old = active, let new = pending else { return }
        let (before, after) = (old.policy.state, new.policy.state)
        guard !before.isReady || after.isReady || after.isTransientFailure else { return }
        active = new
        pending = nil
        out.publish(after, new.policy.picker)
        drop(old, &out)
    }

    private mutating func drop(_ child: Child?, _ out: inout PolicyActions) { child?.policy.drop(&timers, &out) }
}
