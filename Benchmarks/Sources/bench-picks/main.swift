// SPDX-License-Identifier: Apache-2.0

// Prints what a pick costs: nanoseconds on one and on two threads, at 10, 1,000 and 10,000 endpoints, for every
// registered policy, through the same cell that a channel uses. A pick includes entering and leaving the reading section
// (alone: "no choice"), the policy's choice, counting the attempt as started, and a reference to the subchannel; "+done"
// counts it as completed, too. Then what it costs to connect so many endpoints one after the other.

import SkeinBalancing
import SkeinCore

let rounds = 20_000
let method = MethodDescriptor("benchmark.Picks", "Pick", .unary)

@Sendable func pickOnly(_ cell: PickerCell<Subchannel>, _ metadata: Metadata, _ rounds: Int) {
    var context = PickContext(method, metadata: metadata)
    context.time = .now
    for _ in 0..<rounds {
        guard case .picked = cell.pick(&context) else { fatalError("nothing picked") }
    }
}

@Sendable func pickAndComplete(_ cell: PickerCell<Subchannel>, _ metadata: Metadata, _ rounds: Int) {
    var context = PickContext(method, metadata: metadata)
    context.time = .now
    for _ in 0..<rounds {
        guard case .picked(_, let token) = cell.pick(&context) else { fatalError("nothing picked") }
        cell.slots.completed(token)
    }
}

/// Right-aligned columns, the first left-aligned.
func row(_ first: String, _ columns: [String]) {
    let title = first + String(repeating: " ", count: max(0, 27 - first.count))
    print(title + columns.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }.joined())
}

func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

/// The figure, marked when it is over its budget.
func text(_ value: Double, of budget: Double?) -> String { text(value) + (value > budget ?? .infinity ? "!" : " ") }

func allocations(_ cell: PickerCell<Subchannel>, _ metadata: Metadata) -> String {
    guard let before = AllocationCounter.read() else { return "-" }
    pickAndComplete(cell, metadata, 10_000)
    return AllocationCounter.read().map { text(Double($0 - before) / 10_000) } ?? "-"
}

func printPicks(_ subject: Subject, _ count: Int) throws {
    var balancer = try Balancer(subject.choice)
    balancer.update(count, isWeighted: subject.isWeighted)
    balancer.connectAll(subject.metadata)
    let (cell, metadata) = (balancer.cell, subject.metadata)
    let figures = [1, 2].flatMap { threads in
        [
            measure(threads: threads, rounds: rounds) { pickOnly(cell, metadata, $0) },
            measure(threads: threads, rounds: rounds) { pickAndComplete(cell, metadata, $0) },
        ]
    }
    row(
        subject.title,
        [
            "\(count)", subject.budget.map { text($0) } ?? "-", text(figures[0], of: subject.budget),
            text(figures[1]), text(figures[2], of: subject.budget.map { $0 * 2.5 }), text(figures[3]),
            allocations(cell, metadata),
        ])
}

func printConnecting(_ subject: Subject) throws {
    let columns = try [1000, 3000, 10_000, 30_000].map { count in
        guard count <= subject.mostEndpoints else { return "-" }
        var balancer = try Balancer(subject.choice)
        balancer.update(count, isWeighted: subject.isWeighted)
        let elapsed = ContinuousClock().measure { balancer.connectAll() } / .milliseconds(1)
        return "\(text(elapsed))/\(balancer.publications)"
    }
    row(subject.title, columns)
}

/// Of all, or of those whose names start with an argument.
let wanted = CommandLine.arguments.dropFirst()
let subjects = try Subject.all().filter { subject in
    wanted.isEmpty || wanted.contains { subject.title.hasPrefix($0) }
}
print("ns per pick; 2 threads: each thread's own time, up to 2.5 times the budget; ! is over the budget")
let latencies = [16, 512, 4096, 32_768].map { "\($0) KiB \(text(MemoryLatency.measure(kilobytes: $0)))" }
print("a random line of cache among " + latencies.joined(separator: ", ") + " ns")
row("policy", ["endpoints", "budget", "pick", "+done", "2 thr", "+done", "allocs"])
let waiting = PickerCell<Subchannel>()
let section = [1, 2].map { threads in
    text(
        measure(threads: threads, rounds: rounds) { rounds in
            var context = PickContext(method)
            for _ in 0..<rounds { _ = waiting.pick(&context) }
        })
}
row("no choice", ["-", "-", section[0], "-", section[1], "-", "-"])
for subject in subjects {
    for count in [10, 1000, 10_000] where count <= subject.mostEndpoints { try printPicks(subject, count) }
}
print("\nms to connect so many endpoints one after the other / pickers published meanwhile")
row("policy", ["1,000", "3,000", "10,000", "30,000"])
for subject in subjects { try printConnecting(subject) }
