// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("when to list and when to watch")
struct WatchMachineTests {
    private func machine(seed: UInt64 = 1) -> WatchMachine {
        WatchMachine(pollInterval: .seconds(240)...(.seconds(360)), seed: seed)
    }

    @Test("it lists, watches from there for four to six minutes, and lists again")
    func cycle() throws {
        var lengths: [Duration] = []
        for seed: UInt64 in 0..<100 {
            var machine = machine(seed: seed)
            #expect(machine.step() == .list)
            machine.listed(Revision("7"))
            guard case .watch(Revision("7"), let limit) = machine.step() else {
                Issue.record("expected a watch")
                continue
            }
            lengths.append(limit)
            machine.watchEnded(.due, after: limit)
            #expect(machine.step() == .list)
        }
        #expect(lengths.allSatisfy { (.seconds(240)...(.seconds(360))).contains($0) })
        #expect((lengths.max() ?? .zero) - (lengths.min() ?? .zero) > .seconds(100))
    }

    @Test(
        "how a watch ended says how long it waits before the next list",
        arguments: [
            (WatchMachine.End.stale, Duration.milliseconds(50)...(.milliseconds(50))),
            (.gap, .zero...(.milliseconds(500))), (.asked, .seconds(4)...(.milliseconds(4500))),
            (.failed, .zero...(.milliseconds(500))),
        ])
    func waits(end: WatchMachine.End, expected: ClosedRange<Duration>) {
        var machine = machine()
        machine.listed(Revision("7"))
        _ = machine.step()
        machine.watchEnded(end, after: .seconds(1))
        guard case .wait(let time) = machine.step() else {
            Issue.record("expected a wait")
            return
        }
        #expect(expected.contains(time))
        #expect(machine.step() == .list)
    }

    @Test("a new look that is asked for comes at once when the last is long ago")
    func askedLate() {
        var machine = machine()
        machine.listed(Revision("7"))
        _ = machine.step()
        machine.watchEnded(.asked, after: .seconds(60))
        guard case .wait(let time) = machine.step() else {
            Issue.record("expected a wait")
            return
        }
        #expect(time <= .milliseconds(500))
    }

    @Test("a registry that forgets one time after the other is asked ever more rarely, until a watch lasts")
    func gaps() {
        var longest: [Duration] = Array(repeating: .zero, count: 8)
        for seed: UInt64 in 0..<200 {
            var machine = machine(seed: seed)
            for index in longest.indices {
                machine.listed(Revision("7"))
                _ = machine.step()
                machine.watchEnded(.gap, after: .seconds(1))
                if case .wait(let time) = machine.step() { longest[index] = max(longest[index], time) }
            }
            machine.watchEnded(.gap, after: .seconds(31))
            #expect(machine.failuresInARow == 0)
        }
        #expect(longest[0] <= .milliseconds(500))
        #expect(longest[7] > .seconds(20))
    }

    @Test("failures in a row wait longer, up to 30 s; a list in between does not count, a watch that lasted does")
    func backoff() {
        var longest: [Duration] = Array(repeating: .zero, count: 10)
        for seed: UInt64 in 0..<200 {
            var machine = machine(seed: seed)
            for index in longest.indices {
                if index.isMultiple(of: 2) {
                    machine.listed(nil)
                } else {
                    machine.listed(Revision())
                    _ = machine.step()
                    machine.watchEnded(.failed, after: .seconds(1))
                }
                if case .wait(let time) = machine.step() { longest[index] = max(longest[index], time) }
            }
            machine.watchEnded(.failed, after: .seconds(31))
            #expect(machine.failuresInARow == 1)
        }
        for (index, longest) in longest.enumerated() {
            let limit = min(Duration.milliseconds(500) * (1 << index), .seconds(30))
            #expect(longest <= limit)
            #expect(longest > limit * 0.8)
        }
    }

    @Test("a thousand clients that lose their registry at once come back evenly over the first half second")
    func herd() {
        var counts = Array(repeating: 0, count: 10)
        for seed: UInt64 in 0..<1000 {
            var machine = machine(seed: seed)
            machine.listed(nil)
            if case .wait(let time) = machine.step() { counts[min(9, Int(time / .milliseconds(50)))] += 1 }
        }
        #expect(counts.allSatisfy { (60...145).contains($0) }, "\(counts)")
    }
}
