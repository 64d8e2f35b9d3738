// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The policies inside of one that has several, by name.
struct NamedChildren: Sendable {
    private let policies: LoadBalancingRegistry
    private var random: SplitMix64
    private var timers = TimerNames()
    private var children: [String: ChildPolicy<GracefulSwitch>] = [:]
    private var names: [UInt32: String] = [:]
    private var next: UInt32 = 0

    init(_ policies: LoadBalancingRegistry, seed: UInt64) {
        self.policies = policies
        random = SplitMix64(seed: seed)
    }

    var all: Dictionary<String, ChildPolicy<GracefulSwitch>>.Keys { children.keys }

    subscript(_ name: String) -> ChildPolicy<GracefulSwitch>? { children[name] }

    func owner(of id: SubchannelID) -> String? { children.first { $0.value.subchannels[id] != nil }?.key }

    /// Whose timer it is, and what it is called there.
    func timer(_ id: TimerID) -> (name: String, id: TimerID)? {
        guard let timer = timers.inner(id), let name = names[timer.child] else { return nil }
        return (name, timer.id)
    }

    mutating func add(_ name: String) {
        children[name] = ChildPolicy(policies, seed: random.next(), number: next)
        names[next] = name
        next += 1
    }

    mutating func drop(_ name: String, _ out: inout PolicyActions) {
        guard let child = children.removeValue(forKey: name) else { return }
        names[child.number] = nil
        child.drop(&timers, &out)
    }

    /// Tells a child of an event; whether it published something, which the caller does.
    mutating func run(
        _ name: String, _ out: inout PolicyActions, asksResolver: Bool = true,
        _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) -> Bool {
        var actions = out.child()
        guard let published = children[name]?.run(&timers, &actions, event) else { return false }
        for command in actions.finish() {
            if case .requestResolution = command, !asksResolver { continue }
            out.perform(command)
        }
        return published
    }

    /// What a child tells of itself, below the names in the account.
    func describe(_ name: String, _ account: inout PolicyAccount) {
        guard let child = children[name] else { return }
        var part = PolicyAccount(wantsRemarks: account.wantsRemarks)
        child.machine.describe(&part)
        account.add(part)
    }

    /// A timer of the outer policy for one child; its number is none of the child's own.
    mutating func schedule(_ id: TimerID, for name: String, after delay: Duration, _ out: inout PolicyActions) {
        guard let child = children[name] else { return }
        out.schedule(timers.outer(id, of: child.number), after: delay)
    }
}
