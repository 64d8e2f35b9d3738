// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore

/// One policy over endpoints that are told when to connect; attempts stay in flight until they are ended.
struct Fleet {
    final class Subchannel: Sendable {
        let id: SubchannelID
        let endpoint: Endpoint
        init(_ id: SubchannelID, _ endpoint: Endpoint) { (self.id, self.endpoint) = (id, endpoint) }
    }

    let cell = PickerCell<Subchannel>()
    private(set) var publications = 0
    private(set) var isTimerSet = false
    /// Those that were created and not shut down.
    private(set) var subchannels: [Subchannel] = []
    private(set) var ready: Set<SubchannelID> = []
    private(set) var connecting: [SubchannelID] = []
    private var policy: AnyPolicy

    init(_ choice: LoadBalancing, seed: UInt64 = 1) throws {
        policy = try LoadBalancingRegistry.builtIn.make([choice], seed: seed)
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

    mutating func update(_ endpoints: [Endpoint]) { handle { $0.update(EndpointUpdate(endpoints), &$1) } }

    mutating func connectAll() {
        for subchannel in subchannels where !ready.contains(subchannel.id) { set(subchannel.id, .ready) }
        fireTimer()
    }

    mutating func set(_ id: SubchannelID, _ state: ConnectivityState) {
        if state.isReady { ready.insert(id) } else { ready.remove(id) }
        handle { $0.subchannel(id, became: state, &$1) }
    }

    mutating func fireTimer() {
        guard isTimerSet else { return }
        isTimerSet = false
        handle { $0.timerFired(TimerID(0), &$1) }
    }

    mutating func reconfigure(_ choice: LoadBalancing) {
        handle { policy, out in try? policy.reconfigure(choice, &out) }
    }

    private mutating func handle(_ event: (inout AnyPolicy, inout PolicyActions) -> Void) {
        var actions = PolicyActions(slots: cell.slots, now: .now, random: 1)
        event(&policy, &actions)
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
            case .schedule: isTimerSet = true
            case .requestResolution, .watchLoad: break
            }
        }
    }
}

extension Fleet {
    /// A pick that stays in flight; `nil` when it waits or fails. A subchannel that it wants is connected.
    mutating func start(
        hash: UInt64? = nil, metadata: Metadata = [:], tried: [SubchannelID] = []
    ) -> (subchannel: Subchannel, token: PickToken)? {
        var context = PickContext(testMethod, metadata: metadata, hash: hash)
        for id in tried { context.attempted(id) }
        defer { if let wanted = context.wanted { connecting.append(wanted) } }
        guard case .picked(let subchannel, let token) = cell.pick(&context) else { return nil }
        return (subchannel, token)
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
