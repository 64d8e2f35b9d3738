// SPDX-License-Identifier: Apache-2.0

// Prints what a pick costs: nanoseconds on one and on two threads, at 10, 1,000 and 10,000 endpoints, through the
// same cell that a channel uses. A pick includes entering and leaving the reading section (alone: "no choice"), the
// policy's choice, counting the attempt as started, and a reference to the subchannel; "+done" counts it as completed.

import SkeinBalancing
import SkeinCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

final class Subchannel: Sendable {}

/// A custom policy as an application would write it.
struct AnyOne: EndpointPolicy {
    static let name = "any_one"
    init(_ configuration: NoConfiguration, seed: UInt64) {}
    func makePicker(over ready: [ReadyEndpoint]) -> AnyOnePicker { AnyOnePicker(ready: ready) }
}

struct AnyOnePicker: Picker {
    let ready: [ReadyEndpoint]
    func pick(_ call: borrowing PickContext) -> PickResult {
        .subchannel(ready[Int(call.random % UInt64(ready.count))].id)
    }
}

/// Two choices, the one with fewer calls in flight.
struct LessLoaded: EndpointPolicy {
    static let name = "less_loaded"
    init(_ configuration: NoConfiguration, seed: UInt64) {}
    func makePicker(over ready: [ReadyEndpoint]) -> LessLoadedPicker { LessLoadedPicker(ready: ready) }
}

struct LessLoadedPicker: Picker {
    let ready: [ReadyEndpoint]
    func pick(_ call: borrowing PickContext) -> PickResult {
        let first = Int((call.random & 0xffff_ffff) % UInt64(ready.count))
        let second = Int((call.random >> 32) % UInt64(ready.count))
        return .subchannel(ready[ready[first].load.inFlight <= ready[second].load.inFlight ? first : second].id)
    }
}

/// A cell whose policy has `count` ready endpoints.
func makeCell(_ choice: LoadBalancing, _ count: Int) throws -> PickerCell<Subchannel> {
    var registry = LoadBalancingRegistry.builtIn
    registry.register(AnyOne.self)
    registry.register(LessLoaded.self)
    let cell = PickerCell<Subchannel>()
    var policy = try registry.make([choice], seed: 1)
    var created: [SubchannelID] = []
    func handle(_ event: (inout PolicyActions) -> Void) {
        var actions = PolicyActions(slots: cell.slots, now: .now, random: 1)
        event(&actions)
        for command in actions.finish() {
            switch command {
            case .createSubchannel(let id, _):
                cell.attach(Subchannel(), to: id)
                created.append(id)
            case .publish(let state, let picker): _ = cell.publish(state, picker)
            default: break
            }
        }
    }
    let endpoints = (0..<count).map { Endpoint(.ipv4("10.0.\($0 >> 8).\($0 & 255)", port: 443)) }
    handle { policy.update(EndpointUpdate(endpoints), &$0) }
    for id in created { handle { policy.subchannel(id, became: .ready, &$0) } }
    return cell
}

/// Nanoseconds for each of `rounds` runs of `body` on each of `threads` threads at once: the best of five.
func measure(threads: Int, rounds: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double {
    (0..<5).map { _ in
        let ready = Atomic<Int>(0)
        let total = Mutex(0.0)
        let started = (0..<threads).map { _ in
            run {
                ready.wrappingAdd(1, ordering: .relaxed)
                while ready.load(ordering: .relaxed) < threads {}
                let elapsed = ContinuousClock().measure { body(rounds) }
                total.withLock { $0 += elapsed / .nanoseconds(1) / Double(rounds) }
            }
        }
        for thread in started { pthread_join(thread, nil) }
        return total.withLock { $0 } / Double(threads)
    }.min() ?? 0
}

/// Runs `body` on a thread of its own.
func run(_ body: @escaping () -> Void) -> pthread_t {
    final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
    #if canImport(Glibc)
        var thread = pthread_t()
    #else
        var thread: pthread_t?
    #endif
    let work = Unmanaged.passRetained(Work(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { argument in
            let argument: UnsafeMutableRawPointer? = argument
            if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, work)
    #if canImport(Glibc)
        return thread
    #else
        return thread.unsafelyUnwrapped
    #endif
}

let method = MethodDescriptor("benchmark.Picks", "Pick", .unary)

@Sendable func pickOnly(_ cell: PickerCell<Subchannel>, _ rounds: Int) {
    var context = PickContext(method)
    for _ in 0..<rounds {
        guard case .picked = cell.pick(&context) else { fatalError("nothing picked") }
    }
}

@Sendable func pickAndComplete(_ cell: PickerCell<Subchannel>, _ rounds: Int) {
    var context = PickContext(method)
    for _ in 0..<rounds {
        guard case .picked(_, let token) = cell.pick(&context) else { fatalError("nothing picked") }
        cell.slots.completed(token)
    }
}

func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

print("ns per pick (2 threads: each thread's own time)")
print(pad("policy", 14), pad("endpoints", 10), pad("pick", 8), pad("2 thr", 8), pad("+done", 8), pad("2 thr", 8))
let waiting = PickerCell<Subchannel>()
let section = [1, 2].map { threads in
    measure(threads: threads, rounds: 1_000_000) { rounds in
        var context = PickContext(method)
        for _ in 0..<rounds { _ = waiting.pick(&context) }
    }
}
print(pad("no choice", 14), pad("-", 10), section.map { pad("\(($0 * 10).rounded() / 10)", 8) }.joined(separator: " "))
for choice in [LoadBalancing.roundRobin, .policy(AnyOne.self), .policy(LessLoaded.self)] {
    for count in [10, 1000, 10_000] {
        let cell = try makeCell(choice, count)
        let columns = [
            measure(threads: 1, rounds: 1_000_000) { pickOnly(cell, $0) },
            measure(threads: 2, rounds: 1_000_000) { pickOnly(cell, $0) },
            measure(threads: 1, rounds: 1_000_000) { pickAndComplete(cell, $0) },
            measure(threads: 2, rounds: 1_000_000) { pickAndComplete(cell, $0) },
        ].map { pad("\(($0 * 10).rounded() / 10)", 8) }
        print(pad(choice.policy, 14), pad("\(count)", 10), columns.joined(separator: " "))
    }
}
