// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Synchronization

let testMethod = MethodDescriptor("test.Service", "Method", .unary)

final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.wrappingAdd(1, ordering: .relaxed) }
}

func endpoint(_ address: String, weight: UInt32 = 1) -> Endpoint {
    Endpoint(addresses: address.split(separator: " ").compactMap { EndpointAddress(String($0)) }, weight: weight)
}

func endpoints(_ addresses: String...) -> [Endpoint] { addresses.map { endpoint($0) } }

let refused = ConnectivityState.transientFailure(RPCError(.unavailable, "connection refused"))

/// A policy with everything it asked for, as text: `create 0 10.0.0.1:1`, `connect 0`, `shut down 0`, `resolve`,
/// `READY`.
struct PolicyDriver<Policy: LoadBalancingPolicy> {
    var policy: Policy
    let cell = PickerCell<Object>()

    final class Object: Sendable {
        let id: SubchannelID
        init(_ id: SubchannelID) { self.id = id }
    }

    init(_ configuration: Policy.Configuration = .init(), seed: UInt64 = 1) {
        policy = Policy(configuration, seed: seed)
    }

    mutating func update(_ endpoints: [Endpoint]) -> [String] {
        handle { $0.update(EndpointUpdate(endpoints), &$1) }
    }

    mutating func subchannel(_ slot: UInt32, _ state: ConnectivityState, generation: UInt32 = 1) -> [String] {
        handle { $0.subchannel(SubchannelID(slot: slot, generation: generation), became: state, &$1) }
    }

    mutating func handle(_ event: (inout Policy, inout PolicyActions) -> Void) -> [String] {
        var actions = PolicyActions(slots: cell.slots, now: .now, random: 0)
        event(&policy, &actions)
        return actions.finish().map { command in
            switch command {
            case .createSubchannel(let id, let endpoint):
                cell.attach(Object(id), to: id)
                return "create \(id) \(endpoint.identity)"
            case .connect(let id): return "connect \(id)"
            case .shutDown(let id): return "shut down \(id)"  // not detached, so that no slot is used again
            case .schedule(let id, let delay): return "schedule \(id.raw) \(delay)"
            case .requestResolution: return "resolve"
            case .watchLoad(let id, let interval): return "watch load \(id) \(interval.map { "\($0)" } ?? "no more")"
            case .publish(let state, let picker):
                _ = cell.publish(state, picker)
                return state.description
            }
        }
    }

    /// The subchannels of so many picks, or the error.
    func picks(_ count: Int = 1) -> [String] {
        var context = PickContext(testMethod)
        return (0..<count).map { _ in
            switch cell.pick(&context) {
            case .picked(let held, let token):
                defer { cell.slots.completed(token) }
                return held.takeUnretainedValue().id.description
            case .queue: return "queue"
            case .fail(let error): return "fail: \(error.message)"
            case .drop(let error): return "drop: \(error.message)"
            }
        }
    }
}

final class SeenNumbers: Sendable {
    private let numbers = Mutex<Set<UInt64>>([])
    var all: Set<UInt64> { numbers.withLock { $0 } }
    func add(_ number: UInt64) { numbers.withLock { _ = $0.insert(number) } }
}
