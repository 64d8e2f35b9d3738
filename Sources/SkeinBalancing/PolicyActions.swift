// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a policy asks for while it handles one event. The channel does it after the policy has returned.
public struct PolicyActions: ~Copyable {
    /// The time of the event.
    public let now: ContinuousClock.Instant
    /// A number drawn for this event.
    public let random: UInt64

    private let slots: SlotTable
    private var commands: [PolicyCommand] = []
    private var published: PolicyCommand?
    private var shutDowns: [PolicyCommand] = []

    /// The same time, by the clock of picks and outcomes.
    package let time: PickTime

    package init(slots: SlotTable, now: ContinuousClock.Instant, time: PickTime = .now, random: UInt64) {
        self.slots = slots
        self.time = time
        self.now = now
        self.random = random
    }

    /// A new subchannel, idle until `connect`. It tries the endpoint's addresses in order.
    public mutating func createSubchannel(for endpoint: Endpoint) -> SubchannelID {
        let id = slots.allocate()
        commands.append(.createSubchannel(id, endpoint))
        return id
    }

    /// The same for a policy that wants connections whatever the health of their servers (gRFC A17).
    package mutating func createSubchannel(ignoringHealthFor endpoint: Endpoint) -> SubchannelID {
        let id = createSubchannel(for: endpoint)
        slots.ignoreHealth(id)
        return id
    }

    /// Has the server of the subchannel report its load about as often as this, out of band (gRFC A51): the policy is
    /// told by `load(of:reported:)`, and `EndpointLoad.report` has the last one. Holds for all its connections; `nil`
    /// ends it.
    public mutating func watchLoad(of id: SubchannelID, every interval: Duration?) {
        commands.append(.watchLoad(id, every: interval))
    }

    /// Connects an idle subchannel; nothing for one that is not idle.
    public mutating func connect(_ id: SubchannelID) { commands.append(.connect(id)) }

    /// No new call goes to the subchannel; its connection closes when those that run have ended.
    public mutating func shutDown(_ id: SubchannelID) { shutDowns.append(.shutDown(id)) }

    /// Fires `id` once, after `delay`. Scheduling it anew replaces it.
    public mutating func schedule(_ id: TimerID, after delay: Duration) { commands.append(.schedule(id, after: delay)) }

    /// Asks the resolver for a new answer; it decides when.
    public mutating func requestResolution() { commands.append(.requestResolution) }

    /// The channel's state from now on, and the picker that every pick uses from now on. Of several calls during one
    /// event the last counts.
    public mutating func publish(_ state: ConnectivityState, _ picker: some Picker) {
        published = .publish(state, picker)
    }

    /// The load of a subchannel of this policy, for its pickers. A new handle when `endpoint` has changed.
    public func load(of id: SubchannelID, at endpoint: Endpoint) -> EndpointLoad {
        EndpointLoad(of: id, at: endpoint, in: slots)
    }

    /// Whether picks may choose the subchannel from now on, whatever picker they use. They may until this is said.
    package func setReady(_ id: SubchannelID, _ isReady: Bool) { slots.setReady(id, isReady) }

    /// Failed attempts that come from now on are told again.
    func heardFaults(_ id: SubchannelID) { slots.heardFaults(id) }

    /// For a policy inside of this one: what it asks for can be looked at before it is passed on with `perform`.
    package func child() -> PolicyActions { PolicyActions(slots: slots, now: now, time: time, random: random) }

    /// Asks for what a policy inside of this one asked for.
    package mutating func perform(_ command: PolicyCommand) {
        switch command {
        case .publish: published = command
        case .shutDown: shutDowns.append(command)
        default: commands.append(command)
        }
    }

    /// Everything asked for, in the order to do it: what shuts down comes after the picker that no longer knows it.
    package consuming func finish() -> [PolicyCommand] {
        var all = commands
        if let published { all.append(published) }
        all += shutDowns
        return all
    }
}

/// One thing that a policy asked for.
package enum PolicyCommand: Sendable {
    case createSubchannel(SubchannelID, Endpoint)
    case connect(SubchannelID)
    case shutDown(SubchannelID)
    case schedule(TimerID, after: Duration)
    case requestResolution
    case watchLoad(SubchannelID, every: Duration?)
    case publish(ConnectivityState, any Picker)
}
