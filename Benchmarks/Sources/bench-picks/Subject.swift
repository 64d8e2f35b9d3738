// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore

/// One policy as the benchmark uses it.
struct Subject {
    let title: String
    let choice: LoadBalancing
    /// Nanoseconds for a pick on one thread that should not be exceeded; two threads may take 2.5 times as long.
    let budget: Double?
    var metadata: Metadata = [:]
    /// Whether the endpoints weigh 1, 2 and 4 in turn.
    var isWeighted = false
    var mostEndpoints = Int.max

    /// Every registered policy that has defaults, and some with options that cost something.
    static func all() throws -> [Subject] {
        let bounded = #"{"boundedLoadFactor": 1.25}"#
        var subjects = LoadBalancingRegistry.builtIn.names.compactMap { name -> Subject? in
            guard (try? Balancer(LoadBalancing(policy: name))) != nil else { return nil }
            return Subject(
                title: name, choice: LoadBalancing(policy: name), budget: budgets[name],
                isWeighted: name.hasPrefix("weighted"), mostEndpoints: name == "rendezvous" ? 64 : .max)
        }
        for name in ["ring_hash", "maglev"] {
            let choice = try LoadBalancing(policy: name, json: bounded)
            subjects.append(Subject(title: "\(name), bounded", choice: choice, budget: budgets[name]))
        }
        subjects.append(
            Subject(
                title: "ring_hash, header", choice: .ringHash(header: "user"), budget: budgets["ring_hash"],
                metadata: ["user": "ada.lovelace@example.org"]))
        return subjects
    }

    private static let budgets: [String: Double] = [
        "pick_first": 25, "round_robin": 25, "random": 25, "weighted_random": 25, "weighted_round_robin": 25,
        "maglev": 25, "least_request": 40, "least_request_experimental": 40, "ring_hash": 60,
        "ring_hash_experimental": 60, "source_hash": 60, "least_connections": 100, "p2c_peak_ewma": 40,
        "prequal": 100, "expected_delay": 100, "auto": 100,
    ]
}

final class Subchannel: Sendable {}

/// A policy with its cell, as a channel has them.
struct Balancer {
    let cell = PickerCell<Subchannel>()
    private(set) var publications = 0
    private var policy: AnyPolicy
    private var created: [SubchannelID] = []
    /// Those that are due within the time that pickers may be late.
    private var timers: Set<TimerID> = []

    init(_ choice: LoadBalancing) throws { policy = try LoadBalancingRegistry.builtIn.make([choice], seed: 1) }

    mutating func update(_ count: Int, isWeighted: Bool) {
        let endpoints = (0..<count).map { number in
            Endpoint(
                .ipv4("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)", port: 443),
                weight: isWeighted ? 1 << UInt32(number % 3) : 1)
        }
        handle { $0.update(EndpointUpdate(endpoints), &$1) }
    }

    /// Every endpoint becomes ready, one after the other.
    mutating func connectAll(_ metadata: Metadata = [:]) {
        var next = 0
        while next < created.count {
            let id = created[next]
            handle { $0.subchannel(id, became: .ready, &$1) }
            next += 1
        }
        for timer in timers { handle { $0.timerFired(timer, &$1) } }
        for id in created { tell(id) }
        call(3 * created.count, metadata)
    }

    /// The endpoint says how loaded it is.
    private func tell(_ id: SubchannelID) {
        let load = ServerLoad(
            inFlight: UInt32(id.slot % 5), latency: 0.001 * Float(1 + id.slot % 7), serviceTime: 0.001, parallelism: 4,
            incarnation: UInt64(id.slot))
        cell.slots.reported(load, of: id, at: .now)
    }

    /// Calls, by which the channel measures the endpoints: most of them once at least.
    private func call(_ count: Int, _ metadata: Metadata) {
        for _ in 0..<count {
            var context = PickContext(method, metadata: metadata)
            context.time = .now
            guard case .picked(_, let token) = cell.pick(&context) else { return }
            let latency = 0.001 * Double(1 + token.id.slot % 7)
            cell.slots.completed(token, AttemptOutcome(.success, latency: latency), at: .now)
        }
    }

    private mutating func handle(_ event: (inout AnyPolicy, inout PolicyActions) -> Void) {
        var actions = PolicyActions(slots: cell.slots, now: .now, random: 1)
        event(&policy, &actions)
        for command in actions.finish() {
            switch command {
            case .createSubchannel(let id, _):
                cell.attach(Subchannel(), to: id)
                created.append(id)
            case .publish(let state, let picker):
                _ = cell.publish(state, picker)
                publications += 1
            case .schedule(let id, let delay): if delay < .milliseconds(100) { timers.insert(id) }
            default: break
            }
        }
    }
}
