// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization

@testable import SkeinBalancing

/// One policy over endpoints that are told when to connect; attempts stay in flight until they are ended. Time passes
/// when it is told to.
struct Fleet {
    final class Subchannel: Sendable {
        let id: SubchannelID
        let endpoint: Endpoint
        init(_ id: SubchannelID, _ endpoint: Endpoint) { (self.id, self.endpoint) = (id, endpoint) }
    }

    /// Subchannels on which attempts have failed, until the policy is told.
    private final class Faults: Sendable {
        let ids = Mutex<[SubchannelID]>([])
    }

    let cell: PickerCell<Subchannel>
    private(set) var publications = 0
    /// That the policy was told of.
    private(set) var events = 0
    private(set) var resolutions = 0
    private(set) var now = ContinuousClock.now
    /// Of picks and outcomes; the same in every run.
    var time = PickTime(nanoseconds: 1_000_000_000_000)
    private var timers: [TimerID: ContinuousClock.Instant] = [:]
    private let faults = Faults()
    /// Those that were created and not shut down.
    private(set) var subchannels: [Subchannel] = []
    private(set) var ready: Set<SubchannelID> = []
    private(set) var connecting: [SubchannelID] = []
    /// What the policy asked for.
    private(set) var watched: [(id: SubchannelID, interval: Duration?)] = []
    /// Those that picks wanted asked for their load.
    private(set) var probed: [SubchannelID] = []
    private var policy: AnyPolicy
    private var random: SplitMix64

    init(_ choice: LoadBalancing, seed: UInt64 = 1) throws {
        policy = try LoadBalancingRegistry.builtIn.make([choice], seed: seed)
        random = SplitMix64(seed: ~seed)
        cell = PickerCell(SlotTable(toldFaults: { [faults] id in faults.ids.withLock { $0.append(id) } }))
    }

    /// With so many endpoints, all ready.
    init(_ choice: LoadBalancing, _ endpoints: [Endpoint], seed: UInt64 = 1) throws {
        try self.init(choice, seed: seed)
        update(endpoints)
        connectAll()
    }

    static func endpoints(_ count: Int, weights: [UInt32] = [1]) -> [Endpoint] {
        (0..<count).map { number in
            Endpoint(
                .ipv4("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)", port: 443),
                weight: weights[number % weights.count])
        }
    }

    var state: ConnectivityState { cell.state }

    /// Why endpoints cannot be chosen.
    var remarks: [Endpoint.Identity: String] {
        var account = PolicyAccount(wantsRemarks: true)
        policy.describe(&account)
        return account.remarks
    }

    /// Whether servers are asked to tell their load with their answers.
    var wantsReports: Bool {
        var context = PickContext(testMethod)
        context.time = time
        guard case .picked(_, let token) = cell.pick(&context) else { return false }
        cell.slots.completed(token)
        return context.wantsReports
    }

    mutating func update(_ endpoints: [Endpoint], clients: Int? = nil) {
        handle { $0.update(EndpointUpdate(endpoints, clients: clients), &$1) }
    }

    mutating func connectAll() {
        for subchannel in subchannels where !ready.contains(subchannel.id) { set(subchannel.id, .ready) }
        fireTimer()
    }

    mutating func set(_ id: SubchannelID, _ state: ConnectivityState) {
        if state.isReady { ready.insert(id) } else { ready.remove(id) }
        handle { $0.subchannel(id, became: state, &$1) }
    }

    /// Enough for what is only put off.
    mutating func fireTimer() { advance(by: .milliseconds(10)) }

    /// Whether something is put off.
    var isTimerSet: Bool { timers.values.contains { $0 <= now + .milliseconds(10) } }

    /// Timers fire in their order, each at its time.
    mutating func advance(by duration: Duration) {
        let end = now + duration
        while let next = timers.min(by: { $0.value < $1.value }), next.value <= end {
            timers[next.key] = nil
            pass(until: max(next.value, now))
            handle { $0.timerFired(next.key, &$1) }
        }
        pass(until: end)
    }

    private mutating func pass(until later: ContinuousClock.Instant) {
        time = time.adding(seconds: (later - now) / .seconds(1))
        now = later
    }

    /// The attempt ends; its policy is told if that was a fault.
    mutating func end(_ token: PickToken, _ verdict: AttemptOutcome.Verdict, latency: Double? = nil) {
        cell.slots.completed(token, AttemptOutcome(verdict, latency: latency), at: time)
        let failed = faults.ids.withLock { ids in
            defer { ids = [] }
            return ids
        }
        for id in failed {
            cell.slots.heardFaults(id)
            handle { $0.attemptsFailed(on: id, &$1) }
        }
    }

    /// What the policy tells of itself.
    var account: PolicyAccount {
        var account = PolicyAccount(wantsRemarks: true)
        policy.describe(&account)
        return account
    }

    mutating func reconfigure(_ choice: LoadBalancing) {
        handle { policy, out in try? policy.reconfigure(choice, &out) }
    }

    private mutating func handle(_ event: (inout AnyPolicy, inout PolicyActions) -> Void) {
        var actions = PolicyActions(slots: cell.slots, now: now, time: time, random: 1)
        event(&policy, &actions)
        events += 1
        for command in actions.finish() {
            switch command {
            case .createSubchannel(let id, let endpoint):
                let subchannel = Subchannel(id, endpoint)
                subchannels.append(subchannel)
                cell.attach(subchannel, to: id)
            case .shutDown(let id):
                subchannels.removeAll { $0.id == id }
                ready.remove(id)
                _ = cell.detach(id)
            case .connect(let id): connecting.append(id)
            case .publish(let state, let picker):
                _ = cell.publish(state, picker)
                publications += 1
            case .schedule(let id, let delay): timers[id] = now + delay
            case .requestResolution: resolutions += 1
            case .watchLoad(let id, let interval): watched.append((id, interval))
            }
        }
    }
}

extension Fleet {
    func isReady(_ identity: Endpoint.Identity) -> Bool {
        subchannels.contains { ready.contains($0.id) && Endpoint.Identity($0.endpoint.addresses) == identity }
    }

    /// A pick that stays in flight; `nil` when it waits or fails. A subchannel that it wants is connected.
    mutating func start(
        hash: UInt64? = nil, metadata: Metadata = [:], tried: [SubchannelID] = []
    ) -> (subchannel: Subchannel, token: PickToken)? {
        var context = PickContext(testMethod, metadata: metadata, hash: hash)
        context.time = time
        for id in tried { context.attempted(id) }
        defer {
            if let wanted = context.wishes.wanted { connecting.append(wanted) }
            probed += context.wishes.probes
        }
        guard case .picked(let held, let token) = cell.pick(&context, random: random.next()) else { return nil }
        return (held.takeUnretainedValue(), token)
    }

    /// An attempt ends.
    func end(_ token: PickToken, _ verdict: AttemptOutcome.Verdict = .success, seconds: Double, load: ServerLoad? = nil)
    {
        cell.slots.completed(token, AttemptOutcome(verdict, latency: seconds, load: load), at: time)
    }

    /// The subchannel to an endpoint reports.
    func report(_ number: Int, inFlight: UInt32, latency: Float = 0.1, serviceTime: Float = 0.1) {
        let load = ServerLoad(inFlight: inFlight, latency: latency, serviceTime: serviceTime)
        cell.slots.reported(load, of: subchannels[number].id, at: time)
    }

    /// Frees what no pick sees any more.
    func reclaim() { while cell.isRetiring { _ = cell.retire() } }

    /// The number of the endpoint of a pick that ends at once, its outcome unknown.
    mutating func choose(hash: UInt64? = nil, tried: [SubchannelID] = []) -> Int? {
        guard let (subchannel, token) = start(hash: hash, tried: tried) else { return nil }
        cell.slots.completed(token)
        return subchannels.firstIndex { $0.id == subchannel.id }
    }

    /// The address of a pick that ends at once.
    mutating func pick(hash: UInt64? = nil, metadata: Metadata = [:], tried: [SubchannelID] = []) -> String? {
        guard let (subchannel, token) = start(hash: hash, metadata: metadata, tried: tried) else { return nil }
        cell.slots.completed(token)
        return subchannel.endpoint.addresses.first?.description
    }

    /// How many of so many picks each of `endpoints` got.
    mutating func tally(_ picks: Int, _ endpoints: [Endpoint]) -> [Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<picks { counts[pick() ?? "-", default: 0] += 1 }
        return endpoints.map { counts[$0.addresses[0].description] ?? 0 }
    }

    /// Where each key goes.
    mutating func placement(_ keys: some Sequence<UInt64>) -> [String?] { keys.map { pick(hash: $0) } }
}

/// Whether counts may come from draws with these probabilities: chi-square at 0.999 (Wilson and Hilferty).
func fits(_ counts: [Int], _ weights: [Double]) -> Bool {
    let total = Double(counts.reduce(0, +))
    let whole = weights.reduce(0, +)
    var statistic = 0.0
    for (count, weight) in zip(counts, weights) {
        guard weight > 0 else {
            if count > 0 { return false }
            continue
        }
        let expected = total * weight / whole
        statistic += (Double(count) - expected) * (Double(count) - expected) / expected
    }
    let freedom = Double(max(weights.count { $0 > 0 } - 1, 1))
    let root = 1 - 2 / (9 * freedom) + 3.0902 * (2 / (9 * freedom)).squareRoot()
    return statistic < freedom * root * root * root
}

/// Keys as hashes of texts are.
let someKeys = (0..<2000).map { XXHash64.hash("key-\($0)") }
