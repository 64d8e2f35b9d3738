// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// A policy inside of another one: what it has asked for stays known, its timers get names that the outer policy's own
/// cannot have.
struct ChildPolicy<Policy: Sendable>: Sendable {
    private(set) var machine: Policy
    /// Tells the children of one policy apart.
    let number: UInt32
    /// Those that it has created and not shut down, with their endpoints.
    private(set) var subchannels: [SubchannelID: Endpoint.Identity] = [:]
    /// What it has published last.
    private(set) var state = ConnectivityState.connecting
    private(set) var picker: any Picker = QueueingPicker()

    init(_ machine: Policy, number: UInt32 = 0) {
        self.machine = machine
        self.number = number
    }

    /// Tells it of an event and asks for what it asks for, except that nothing is published; whether it would be.
    mutating func run(
        _ timers: inout TimerNames, _ out: inout PolicyActions, _ event: (inout Policy, inout PolicyActions) -> Void
    ) -> Bool {
        var actions = out.child()
        event(&machine, &actions)
        var published = false
        for command in actions.finish() {
            switch command {
            case .publish(let state, let picker): (self.state, self.picker, published) = (state, picker, true)
            case .schedule(let id, let delay): out.schedule(timers.outer(id, of: number), after: delay)
            case .createSubchannel(let id, let endpoint):
                subchannels[id] = endpoint.identity
                out.perform(command)
            case .shutDown(let id):
                subchannels[id] = nil
                out.perform(command)
            case .connect, .requestResolution, .watchLoad: out.perform(command)
            }
        }
        return published
    }

    /// Ends it: all its subchannels are shut down, and others may have what its timers are called.
    func drop(_ timers: inout TimerNames, _ out: inout PolicyActions) {
        timers.forget(number)
        for id in subchannels.keys.sorted(by: { $0.slot < $1.slot }) { out.shutDown(id) }
    }
}

extension ChildPolicy<GracefulSwitch> {
    /// A child whose kind may change.
    init(_ policies: LoadBalancingRegistry, seed: UInt64, number: UInt32 = 0, isBare: Bool = false) {
        self.init(GracefulSwitch(policies, seed: seed, isBare: isBare), number: number)
    }
}

/// What the timers of a policy's children are called outside.
struct TimerNames: Sendable {
    /// Numbers below this are the policy's own.
    private let own: UInt32
    /// By child, what each of its timers is called outside.
    private var names: [UInt32: [TimerID: TimerID]] = [:]
    private var timers: [TimerID: (child: UInt32, id: TimerID)] = [:]
    /// Of children that are gone. A timer that is set still is replaced by the one that gets its name.
    private var free: [TimerID] = []

    init(own: UInt32 = 0) { self.own = own }

    mutating func outer(_ id: TimerID, of child: UInt32) -> TimerID {
        if let known = names[child]?[id] { return known }
        let name = free.popLast() ?? TimerID(own + UInt32(timers.count))
        names[child, default: [:]][id] = name
        timers[name] = (child: child, id: id)
        return name
    }

    /// Whose timer it is, and what that child calls it; `nil` for one of the policy's own, or of a child that is gone.
    func inner(_ id: TimerID) -> (child: UInt32, id: TimerID)? { timers[id] }

    /// The child is gone.
    mutating func forget(_ child: UInt32) {
        let gone = names.removeValue(forKey: child) ?? [:]
        for name in gone.values.sorted(by: { $0.raw > $1.raw }) {
            timers[name] = nil
            free.append(name)
        }
    }
}
