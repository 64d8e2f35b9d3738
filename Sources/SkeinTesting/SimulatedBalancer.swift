// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// A channel's balancing without connections: runs one policy's commands against subchannels that do what they are
/// told, and notes every command and pick that no policy may make.
struct SimulatedBalancer {
    struct Subchannel {
        let id: SubchannelID
        let endpoint: Endpoint
        var state = ConnectivityState.idle
    }

    /// What a pick came to.
    enum Pick: Equatable {
        case picked(Endpoint)
        case queue
        case fail(String)
    }

    enum Expectation { case pick, queue, fail }

    private final class Connection: Sendable {
        let id: SubchannelID
        init(_ id: SubchannelID) { self.id = id }
    }

    private(set) var violations: [String] = []
    /// Those that were created and not shut down, oldest first.
    private(set) var subchannels: [Subchannel] = []
    /// The resolver's last answer.
    private(set) var endpoints: [Endpoint] = []
    private var policy: AnyPolicy
    private let choice: LoadBalancing
    private let cell = PickerCell<Connection>()
    private var now = ContinuousClock.now
    private var timers: [(id: TimerID, due: ContinuousClock.Instant)] = []
    private var random: SplitMix64

    /// Whether the policy leaves endpoints idle until a call needs them.
    private(set) var connectsOnDemand = false

    static let refused = "connection refused"

    static func endpoints(_ count: Int) -> [Endpoint] {
        (0..<count).map { Endpoint(.ipv4("10.0.\($0 >> 8).\($0 & 255)", port: 443)) }
    }

    init(_ choice: LoadBalancing, in registry: LoadBalancingRegistry, seed: UInt64) throws(ConfigurationError) {
        self.choice = choice
        random = SplitMix64(seed: seed)
        policy = try registry.make([choice], seed: random.next())
    }

    var state: ConnectivityState { cell.state }

    mutating func violate(_ what: String) { violations.append(what) }
}

// MARK: what happens to the policy

extension SimulatedBalancer {
    mutating func update(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints
        handle { $0.update(EndpointUpdate(endpoints), &$1) }
    }

    mutating func failResolution(_ message: String) {
        handle { $0.resolutionFailed(RPCError(.unavailable, message), &$1) }
    }

    mutating func reconfigure() {
        var thrown: ConfigurationError?
        let choice = choice
        handle { policy, out in
            do throws(ConfigurationError) { try policy.reconfigure(choice, &out) } catch { thrown = error }
        }
        if let thrown { violate("rejects its own configuration: \(thrown)") }
    }

    mutating func exitIdle() { handle { $0.exitIdle(&$1) } }

    mutating func advance(by duration: Duration) {
        now += duration
        while let index = timers.firstIndex(where: { $0.due <= now }) {
            let timer = timers.remove(at: index)
            handle { $0.timerFired(timer.id, &$1) }
        }
    }

    mutating func set(_ id: SubchannelID, _ state: ConnectivityState) {
        guard let index = subchannels.firstIndex(where: { $0.id == id }) else { return }
        subchannels[index].state = state
        handle { $0.subchannel(id, became: state, &$1) }
    }

    /// Every server answers until the policy is content.
    mutating func letAllAnswer() {
        for _ in 0..<endpoints.count * 4 + 4 where !subchannels.allSatisfy(\.state.isReady) || !state.isReady {
            if case .idle = state { exitIdle() }
            needEndpoints()
            moveAll { state in
                switch state {
                case .connecting: .ready
                case .transientFailure: .idle
                default: nil
                }
            }
            advance(by: .milliseconds(250))
        }
    }

    /// No server answers until every address was tried.
    mutating func letAllFail() {
        for _ in 0..<endpoints.count + 1 {
            needEndpoints()
            moveAll { state in
                guard case .connecting = state else { return nil }
                return .transientFailure(RPCError(.unavailable, SimulatedBalancer.refused))
            }
            advance(by: .milliseconds(250))
        }
    }

    /// Every backoff ends.
    mutating func letAllReconnect() { moveAll { $0.isTransientFailure ? .idle : nil } }

    /// Every connection ends.
    mutating func loseAll() { moveAll { $0.isReady ? .idle : nil } }

    /// Calls that need every endpoint of a policy which connects on demand.
    private mutating func needEndpoints() {
        if subchannels.contains(where: { if case .idle = $0.state { true } else { false } }) { _ = pick() }
        guard connectsOnDemand else { return }
        moveAll { if case .idle = $0 { .connecting } else { nil } }
    }

    private mutating func moveAll(_ next: (ConnectivityState) -> ConnectivityState?) {
        for subchannel in subchannels {
            // It may have been shut down or moved meanwhile.
            guard let current = subchannels.first(where: { $0.id == subchannel.id }) else { continue }
            if let state = next(current.state) { set(current.id, state) }
        }
    }
}

// MARK: what the policy does

extension SimulatedBalancer {
    private mutating func handle(_ event: (inout AnyPolicy, inout PolicyActions) -> Void) {
        var actions = PolicyActions(slots: cell.slots, now: now, random: random.next())
        event(&policy, &actions)
        var connecting: [SubchannelID] = []
        for command in actions.finish() {
            switch command {
            case .createSubchannel(let id, let endpoint):
                subchannels.append(Subchannel(id: id, endpoint: endpoint))
                cell.attach(Connection(id), to: id)
            case .connect(let id): if let idle = connect(id) { connecting.append(idle) }
            case .shutDown(let id): shutDown(id)
            case .schedule(let id, let delay):
                timers.removeAll { $0.id == id }
                timers.append((id, now + delay))
            case .requestResolution, .watchLoad: break
            case .publish(let state, let picker): _ = cell.publish(state, picker)
            }
        }
        for id in connecting { set(id, .connecting) }
    }

    /// The subchannel, if it now starts to connect.
    private mutating func connect(_ id: SubchannelID) -> SubchannelID? {
        guard let subchannel = subchannels.first(where: { $0.id == id }) else {
            violate("connects subchannel \(id), which is shut down")
            return nil
        }
        if case .idle = subchannel.state { return id } else { return nil }
    }

    private mutating func shutDown(_ id: SubchannelID) {
        guard let index = subchannels.firstIndex(where: { $0.id == id }) else {
            return violate("shuts subchannel \(id) down twice")
        }
        subchannels.remove(at: index)
        _ = cell.detach(id)
    }

    /// One pick, judged.
    mutating func pick() -> Pick {
        var context = PickContext(SimulatedBalancer.method, hash: random.next())
        let outcome = cell.pick(&context)
        if let wanted = context.wishes.wanted, let idle = connect(wanted) {
            connectsOnDemand = true
            set(idle, .connecting)
        }
        switch outcome {
        case .queue: return .queue
        case .fail(let error), .drop(let error): return .fail(error.message)
        case .picked(let held, let token):
            let id = held.takeUnretainedValue().id
            defer { cell.slots.completed(token) }
            guard let subchannel = subchannels.first(where: { $0.id == id }) else {
                violate("picks subchannel \(id), which is shut down")
                return .queue
            }
            if !subchannel.state.isReady { violate("picks subchannel \(subchannel.id), which is \(subchannel.state)") }
            return .picked(subchannel.endpoint)
        }
    }

    mutating func expect(_ expectation: Expectation, saying text: String = "") {
        let pick = pick()
        switch (expectation, pick) {
        case (.pick, .picked), (.queue, .queue): break
        case (.fail, .fail(let message)):
            if !message.contains(text) { violate("fails with \"\(message)\": expected it to say \"\(text)\"") }
        default: violate("a pick comes to \(pick): expected \(expectation)")
        }
        checkSubchannels()
    }

    /// Every subchannel serves an address that the resolver named, and no address has two.
    mutating func checkSubchannels() {
        let known = Set(endpoints.flatMap(\.addresses))
        var served: Set<EndpointAddress> = []
        for subchannel in subchannels {
            for address in Set(subchannel.endpoint.addresses) {
                if !known.contains(address) { violate("keeps a subchannel to \(address), which is gone") }
                if !served.insert(address).inserted { violate("has two subchannels to \(address)") }
            }
        }
    }

    private static let method = MethodDescriptor("skein.testing.Contract", "Pick", .unary)
}
