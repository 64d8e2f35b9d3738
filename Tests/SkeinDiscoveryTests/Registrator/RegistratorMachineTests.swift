// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("what is registered of a Docker Engine's containers")
struct RegistratorMachineTests {
    private var machine = RegistratorMachine(RegistratorOptions(hostName: "box"), seed: 1)

    private func service(_ name: String, port: Int = 1, id: String = "i") -> ContainerService {
        ContainerService(instance: ServiceInstance(service: name, id: id, host: "", port: port))
    }

    /// Everything that is to be done now.
    private mutating func commands() -> [RegistratorMachine.Command] {
        var commands: [RegistratorMachine.Command] = []
        while let command = machine.next() { commands.append(command) }
        return commands
    }

    private mutating func take(_ id: String, _ kind: EngineEvent.Kind, at time: Int = 1) {
        machine.took(EngineEvent(container: id, kind, time: time))
    }

    @Test("a stream that began is followed by a list, that by a look at each container, that by registering")
    mutating func beginning() {
        #expect(commands().isEmpty)
        machine.connected()
        #expect(commands() == [.list])
        machine.listed(["a", "b"])
        #expect(commands() == [.inspect("a", turn: 1), .inspect("b", turn: 2)])
        machine.inspected("a", turn: 1, .serving([service("s")]))
        #expect(commands() == [.register(service("s"))])
        machine.inspected("b", turn: 2, .serving([]))
        #expect(commands().isEmpty)
        #expect(machine.services == [service("s")])
    }

    @Test("a start is looked at; an end withdraws at once, whatever a look that is under way says later")
    mutating func race() {
        take("a", .changed)
        #expect(commands() == [.inspect("a", turn: 1)])
        take("a", .died(exitCode: 0))
        machine.inspected("a", turn: 1, .serving([service("s")]))
        #expect(commands().isEmpty)
        take("a", .changed)
        #expect(commands() == [.inspect("a", turn: 2)])
        machine.inspected("a", turn: 2, .serving([service("s")]))
        #expect(commands() == [.register(service("s"))])
        take("a", .died(exitCode: 0))
        #expect(commands() == [.withdraw(service("s").key, .deregister)])
        #expect(machine.services.isEmpty)
    }

    @Test("a look whose container changed meanwhile is made again")
    mutating func stale() {
        take("a", .changed)
        #expect(commands() == [.inspect("a", turn: 1)])
        take("a", .changed)
        machine.inspected("a", turn: 1, .serving([service("old")]))
        #expect(commands() == [.inspect("a", turn: 2)])
        machine.inspected("a", turn: 2, .serving([service("new")]))
        #expect(commands() == [.register(service("new"))])
    }

    @Test("what changed is registered anew, what is as before is not, what is gone is withdrawn")
    mutating func changes() {
        take("a", .changed)
        _ = commands()
        machine.inspected("a", turn: 1, .serving([service("s"), service("t")]))
        #expect(commands() == [.register(service("s")), .register(service("t"))])
        machine.due()
        #expect(commands() == [.list])
        machine.listed(["a"])
        #expect(commands() == [.inspect("a", turn: 2)])
        machine.inspected("a", turn: 2, .serving([service("s", port: 2)]))
        #expect(commands() == [.withdraw(service("t").key, .deregister), .register(service("s", port: 2))])
    }

    @Test("a container that is not listed any more is looked at for how it ended")
    mutating func missed() {
        take("a", .changed)
        _ = commands()
        machine.inspected("a", turn: 1, .serving([service("s")]))
        _ = commands()
        machine.connected()
        _ = commands()
        machine.listed([])
        #expect(commands() == [.inspect("a", turn: 2)])
        machine.inspected("a", turn: 2, .idle(.expire))
        #expect(commands() == [.withdraw(service("s").key, .expire)])
    }

    @Test("a container that failed keeps its lease when that is asked for, one that was stopped does not")
    mutating func onSuccess() {
        var options = RegistratorOptions(hostName: "box")
        options.deregistersFailed = false
        let cases: [(Int?, RegistratorMachine.Withdrawal)] = [
            (0, .deregister), (1, .expire), (127, .expire), (128, .deregister), (137, .deregister), (nil, .deregister),
        ]
        for (code, withdrawal) in cases {
            machine = RegistratorMachine(options, seed: 1)
            take("a", .changed)
            _ = commands()
            machine.inspected("a", turn: 1, .serving([service("s")]))
            _ = commands()
            take("a", .died(exitCode: code))
            #expect(commands() == [.withdraw(service("s").key, withdrawal)], "\(code.map(String.init) ?? "")")
        }
    }

    @Test("while the engine does not answer nothing changes, and it is asked again soon, later and later")
    mutating func silence() {
        take("a", .changed)
        _ = commands()
        machine.inspected("a", turn: 1, .serving([service("s")]))
        _ = commands()
        #expect((48.0...72).contains(machine.untilDue() / .seconds(1)))
        var longest: Duration = .zero
        for round in 0..<40 {
            machine.due()
            #expect(commands() == [.list])
            machine.listed(nil)
            #expect(machine.hasFailed && commands().isEmpty)
            let wait = machine.untilDue()
            #expect(wait <= min(.milliseconds(500) * (1 << min(round, 10)), .seconds(5)))
            longest = max(longest, wait)
        }
        #expect(longest > .seconds(3))
        #expect(machine.services == [service("s")])
    }

    @Test("a look that failed changes nothing, and is made again with the next list")
    mutating func failedLook() {
        take("a", .changed)
        _ = commands()
        machine.inspected("a", turn: 1, .unknown)
        #expect(machine.hasFailed && commands().isEmpty)
        machine.due()
        #expect(commands() == [.list])
        machine.listed([])
        #expect(commands() == [.inspect("a", turn: 2)])
    }

    @Test("two containers with the same service: the later one counts, and the other again when it is gone")
    mutating func sameKey() {
        take("a", .changed)
        take("b", .changed)
        _ = commands()
        machine.inspected("a", turn: 1, .serving([service("s", port: 1)]))
        machine.inspected("b", turn: 2, .serving([service("s", port: 2)]))
        #expect(commands() == [.register(service("s", port: 1)), .register(service("s", port: 2))])
        take("b", .died(exitCode: 0))
        #expect(commands() == [.register(service("s", port: 1))])
        take("a", .died(exitCode: 0))
        #expect(commands() == [.withdraw(service("s").key, .deregister)])
    }

    @Test("of the two the earlier one goes without a word")
    mutating func replaced() {
        take("a", .changed)
        take("b", .changed)
        _ = commands()
        machine.inspected("a", turn: 1, .serving([service("s")]))
        machine.inspected("b", turn: 2, .serving([service("s")]))
        #expect(commands() == [.register(service("s"))])
        take("a", .died(exitCode: 0))
        #expect(commands().isEmpty)
        #expect(machine.services == [service("s")])
    }

    @Test("a stream goes on behind the latest event, even one of a container that does not matter")
    mutating func since() {
        #expect(machine.since == nil)
        take("a", .changed, at: 5)
        take("b", .died(exitCode: nil), at: 3)
        #expect(machine.since == "0.000000006")
    }

    @Test("few containers are looked at at a time, and all get their turn")
    mutating func turns() {
        machine.connected()
        _ = commands()
        let ids = (0..<100).map { "c\($0)" }
        machine.listed(ids)
        var seen: Set<String> = []
        var pending = commands()
        #expect(pending.count == RegistratorMachine.looksAtOnce)
        while let command = pending.popLast() {
            guard case .inspect(let id, let turn) = command else { continue }
            seen.insert(id)
            machine.inspected(id, turn: turn, .serving([]))
            pending += commands()
        }
        #expect(seen == Set(ids))
    }

    @Test("what an earlier run left is taken away once, when all containers have been looked at")
    mutating func cleanUp() {
        var options = RegistratorOptions(hostName: "box")
        options.cleansUp = true
        machine = RegistratorMachine(options, seed: 1)
        machine.connected()
        _ = commands()
        machine.listed(["a", "b"])
        _ = commands()
        machine.inspected("a", turn: 1, .serving([service("s")]))
        #expect(commands() == [.register(service("s"))])
        machine.inspected("b", turn: 2, .serving([service("t")]))
        #expect(commands() == [.register(service("t")), .cleanUp(besides: [service("s").key, service("t").key])])
        machine.connected()
        _ = commands()
        machine.listed([])
        _ = commands()
        machine.inspected("a", turn: 3, .idle(.deregister))
        machine.inspected("b", turn: 4, .idle(.deregister))
        #expect(!commands().contains(.cleanUp(besides: [])))
    }

    @Test("a container that ends while it waits, or is looked at, is no reason to leave what an earlier run left")
    mutating func cleanUpAfterAnEnd() {
        var options = RegistratorOptions(hostName: "box")
        options.cleansUp = true
        machine = RegistratorMachine(options, seed: 1)
        machine.connected()
        _ = commands()
        machine.listed(["a", "b", "c", "d", "e"])
        _ = commands()
        for turn in 1...3 { machine.inspected(["a", "b", "c"][turn - 1], turn: turn, .serving([])) }
        take("d", .died(exitCode: 0))
        take("e", .died(exitCode: 0))
        #expect(commands().isEmpty)
        machine.inspected("d", turn: 4, .serving([service("s")]))
        #expect(commands() == [.cleanUp(besides: [])])
    }

    @Test("an engine that names more containers than there can be is believed up to a limit")
    mutating func limit() {
        for number in 0..<RegistratorMachine.limit + 10 { take("c\(number)", .changed) }
        var count = 0
        while let command = machine.next() {
            guard case .inspect(let id, let turn) = command else { continue }
            count += 1
            machine.inspected(id, turn: turn, .serving([]))
        }
        #expect(count == RegistratorMachine.limit)
    }

    @Test("after any events, cuts, crashes, failures and late answers what is registered is what runs")
    func model() {
        for seed: UInt64 in 0..<400 {
            var model = ModelEngine(seed: seed)
            for round in 0..<4 {
                for _ in 0..<60 { model.step() }
                model.settle(looksAgain: true)
                let wanted = model.wanted
                #expect(Set(model.registered.keys) == Set(wanted.keys), "seed \(seed), round \(round)")
                for (key, service) in model.registered {
                    #expect(wanted[key]?.contains(service) == true, "seed \(seed), round \(round): \(key)")
                }
                #expect(Set(model.machine.services) == Set(model.registered.values), "seed \(seed), round \(round)")
            }
        }
    }
}
