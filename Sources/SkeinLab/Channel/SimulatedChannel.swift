// SPDX-License-Identifier: Apache-2.0
package import SkeinBalancing
package import SkeinCore
internal import Synchronization

/// A channel's balancing in virtual time: one policy, its subchannels and its timers, with the code that a real channel
/// runs. What is due fires when time passes it, which it does at every call.
package final class SimulatedChannel: Chooser {
    private enum Due {
        /// `count`: of the times that it was scheduled.
        case timer(TimerID, count: Int)
        case subchannel(SubchannelID, ConnectivityState)
    }

    private final class Connection: Sendable {
        let server: Int
        init(_ server: Int) { self.server = server }
    }

    private struct Peer {
        var id: SubchannelID
        var server: Int
        var state = ConnectivityState.idle
    }

    /// Subchannels whose attempts failed and whose policy has not been told.
    private final class Faults: Sendable {
        let ids = Mutex<[SubchannelID]>([])
    }

    /// After so many in a row a server is not asked any more.
    private static let mostFailedProbes = 3
    /// So that no time is 0, which means never.
    private static let epoch: UInt64 = 1_000_000_000_000

    private let choice: LoadBalancing
    private let faults: Faults
    private let cell: PickerCell<Connection>
    private let start = ContinuousClock.now
    private var policy: GracefulSwitch
    private var random: SplitMix64
    private var now = 0.0
    private var due = EventHeap<Due>()
    /// How often each was scheduled.
    private var timers: [TimerID: Int] = [:]
    /// By slot.
    private var peers: [Peer?] = []
    /// By server.
    private var endpoints: [Endpoint]
    private var incarnations: [Int]
    /// By server: of its newest subchannel.
    private var current: [SubchannelID?]
    /// By server, in a row.
    private var failedProbes: [Int]
    private var isDown: [Bool]
    package private(set) var ejections = 0
    private var publications = 0
    /// The one policy that does.
    package var wantsMetrics: Bool { choice.policy == WeightedRoundRobin.name }
    /// Seconds that connecting takes.
    package var connectDelay = 0.0

    /// - Parameter weights: of the servers, all 1 when empty.
    package init(
        _ choice: LoadBalancing, servers: Int, weights: [UInt32] = [], seed: UInt64,
        registry: LoadBalancingRegistry = .builtIn
    ) throws(ConfigurationError) {
        let faults = Faults()
        self.faults = faults
        self.choice = choice
        cell = PickerCell(SlotTable(toldFaults: { id in faults.ids.withLock { $0.append(id) } }))
        random = SplitMix64(seed: seed)
        policy = GracefulSwitch(registry, seed: random.next())
        endpoints = (0..<servers).map { server in
            var endpoint = Endpoint(
                SimulatedChannel.address(server, 1), weight: weights.isEmpty ? 1 : weights[server % weights.count])
            endpoint[ServerNumber.self] = server
            return endpoint
        }
        isDown = Array(repeating: false, count: servers)
        incarnations = Array(repeating: 1, count: servers)
        current = Array(repeating: nil, count: servers)
        failedProbes = Array(repeating: 0, count: servers)
        try resolve()
    }

    package var state: ConnectivityState { cell.state }

    package func pick(_ call: LabCall, at time: Double) -> Choice? {
        advance(to: time)
        var context = PickContext(call.method, hash: call.hash)
        context.time = pickTime
        let outcome = cell.pick(&context, random: random.next())
        if let wanted = context.wishes.wanted { connect(wanted) }
        guard case .picked(let held, let token) = outcome else { return nil }
        var choice = Choice(Attempt(server: held._withUnsafeGuaranteedRef(\.server), token: token))
        for id in context.wishes.probes { if let probe = probe(id) { choice.append(probe) } }
        return choice
    }

    private func probe(_ id: SubchannelID) -> Choice.Probe? {
        guard let peer = peer(id), failedProbes[peer.server] < SimulatedChannel.mostFailedProbes else { return nil }
        return Choice.Probe(server: peer.server, id: id)
    }

    package func completed(_ attempt: Attempt, _ outcome: AttemptOutcome, at time: Double) {
        advance(to: time)
        guard let token = attempt.token else { return }
        cell.slots.completed(token, outcome, at: pickTime)
        if outcome.verdict == .fault { tellFaults() }
    }

    package func reported(_ metrics: LoadReport, with attempt: Attempt, at time: Double) {
        advance(to: time)
        if let token = attempt.token { cell.slots.reported(metrics, of: token.id, at: pickTime) }
    }

    package func reported(_ load: ServerLoad, by probe: Choice.Probe, at time: Double) {
        advance(to: time)
        failedProbes[probe.server] = 0
        cell.slots.reported(load, of: probe.id, at: pickTime)
    }

    /// A server answered a probe without the probe at hand.
    package func reported(_ load: ServerLoad, by server: Int, at time: Double) {
        guard let id = current[server] else { return }
        reported(load, by: Choice.Probe(server: server, id: id), at: time)
    }

    package func probeFailed(_ server: Int, isRefusal: Bool, at time: Double) {
        failedProbes[server] = isRefusal ? SimulatedChannel.mostFailedProbes : failedProbes[server] + 1
    }

    package func lost(_ server: Int, replaced: Bool, at time: Double) {
        advance(to: time)
        failedProbes[server] = 0
        if replaced {
            incarnations[server] += 1
            endpoints[server].addresses = [SimulatedChannel.address(server, incarnations[server])]
            resolveAgain()
        } else {
            for case let peer? in peers where peer.server == server && peer.state.isReady {
                set(peer.id, .idle)
            }
        }
    }
}

// MARK: what happens to the policy

extension SimulatedChannel {
    /// The resolver's new answer: the servers' weights, which are taken in turn.
    package func setWeights(_ weights: [UInt32], at time: Double) {
        advance(to: time)
        guard !weights.isEmpty else { return }
        for server in endpoints.indices { endpoints[server].weight = weights[server % weights.count] }
        resolveAgain()
    }

    /// Whether connections to a server are refused from now on; one that exists is lost.
    package func setDown(_ server: Int, _ down: Bool, at time: Double) {
        isDown[server] = down
        if down { lost(server, replaced: false, at: time) }
    }

    /// Fires what is due until `time`.
    package func advance(to time: Double) {
        while due.nextTime <= time, let next = due.next() {
            now = max(now, next.time)
            switch next.event {
            case .timer(let id, let count): if timers[id] == count { run { $0.timerFired(id, &$1) } }
            case .subchannel(let id, let state): set(id, state)
            }
        }
        now = max(now, time)
    }

    package func openStreams(_ count: Int, on server: Int, at time: Double) {
        let all = endpoints
        endpoints = [all[server]]
        resolveAgain()
        advance(to: time)
        let call = LabCall(MethodDescriptor("skein.lab.Service", "Stream", .bidirectional))
        for _ in 0..<count { _ = pick(call, at: time) }
        endpoints = all
        resolveAgain()
        advance(to: time)
    }

    private func resolve() throws(ConfigurationError) {
        var thrown: ConfigurationError?
        let (update, choice) = (EndpointUpdate(endpoints), choice)
        run { policy, out in
            do throws(ConfigurationError) { try policy.update(update, [choice], &out) } catch { thrown = error }
        }
        if let thrown { throw thrown }
    }

    /// The choice was valid before.
    private func resolveAgain() { do { try resolve() } catch {} }

    private func set(_ id: SubchannelID, _ state: ConnectivityState) {
        guard let peer = peer(id) else { return }
        var state = state
        if state.isReady, isDown[peer.server] {
            state = .transientFailure(
                RPCError(.unavailable, "connect to server \(peer.server): connection refused"))
            due.add(.subchannel(id, .idle), at: now + SimulatedChannel.backoff)
        }
        peers[Int(id.slot)]?.state = state
        run { $0.subchannel(id, became: state, &$1) }
    }

    private func tellFaults() {
        let failed = faults.ids.withLock { ids in
            defer { ids = [] }
            return ids
        }
        for id in failed where peer(id) != nil {
            let before = publications
            run { $0.attemptsFailed(on: id, &$1) }
            if publications > before { ejections += 1 }
        }
    }
}

// MARK: what the policy does

extension SimulatedChannel {
    private static let backoff = 1.0

    private func run(_ event: (inout GracefulSwitch, inout PolicyActions) -> Void) {
        let instant = start + .nanoseconds(Int64(now * 1e9))
        var actions = PolicyActions(slots: cell.slots, now: instant, time: pickTime, random: random.next())
        event(&policy, &actions)
        for command in actions.finish() { perform(command) }
    }

    private func perform(_ command: PolicyCommand) {
        switch command {
        case .createSubchannel(let id, let endpoint):
            let server = endpoint[ServerNumber.self]
            while peers.count <= Int(id.slot) { peers.append(nil) }
            peers[Int(id.slot)] = Peer(id: id, server: server)
            current[server] = id
            cell.attach(Connection(server), to: id)
        case .connect(let id): connect(id)
        case .shutDown(let id):
            if peer(id) != nil { peers[Int(id.slot)] = nil }
            _ = cell.detach(id)
        case .schedule(let id, let delay):
            let count = (timers[id] ?? 0) + 1
            timers[id] = count
            due.add(.timer(id, count: count), at: now + max(0, delay / .seconds(1)))
        case .requestResolution, .watchLoad: break
        case .publish(let state, let picker):
            publications += 1
            _ = cell.publish(state, picker)
        }
    }

    /// Connects an idle subchannel; one that is not idle is left alone.
    private func connect(_ id: SubchannelID) {
        guard let peer = peer(id), case .idle = peer.state else { return }
        peers[Int(id.slot)]?.state = .connecting
        due.add(.subchannel(id, .connecting), at: now)
        due.add(.subchannel(id, .ready), at: now + connectDelay)
    }

    private func peer(_ id: SubchannelID) -> Peer? {
        guard peers.indices.contains(Int(id.slot)), let peer = peers[Int(id.slot)], peer.id == id else { return nil }
        return peer
    }

    private var pickTime: PickTime { PickTime(nanoseconds: SimulatedChannel.epoch + UInt64(max(0, now) * 1e9)) }

    private static func address(_ server: Int, _ incarnation: Int) -> EndpointAddress {
        .ipv4("10.\(server >> 16 & 255).\(server >> 8 & 255).\(server & 255)", port: incarnation)
    }
}

/// Which server of the lab an endpoint is.
private enum ServerNumber: EndpointAttribute {
    static let defaultValue = 0
}
