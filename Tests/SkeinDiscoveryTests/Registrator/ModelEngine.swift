// SPDX-License-Identifier: Apache-2.0
import SkeinCore

@testable import SkeinDiscovery

/// An engine, a registry, and the machine between them, with everything that is on its way. Chance decides what happens
/// next; what is registered in the end has to be what runs.
struct ModelEngine {
    private enum Answer {
        case list([String]?)
        case look(String, Int, RegistratorMachine.Finding)
    }

    var machine: RegistratorMachine
    /// What each running container serves.
    private(set) var running: [String: [ContainerService]] = [:]
    private(set) var registered: [ContainerService.Key: ContainerService] = [:]
    private(set) var withdrawals: [RegistratorMachine.Withdrawal] = []
    /// Told, and not yet heard; `nil` while there is no stream.
    private var stream: [EngineEvent]?
    /// What a stream with `since` begins with.
    private var history: [EngineEvent] = []
    private var answers: [Answer] = []
    private var time = 0
    private var random: SplitMix64

    init(seed: UInt64) {
        machine = RegistratorMachine(RegistratorOptions(hostName: "box"), seed: seed)
        random = SplitMix64(seed: seed)
    }

    /// Few names, so that containers take each other's places.
    private mutating func services() -> [ContainerService] {
        (0..<Int.random(in: 0...2, using: &random)).map { number in
            let name = "s\(Int.random(in: 0...2, using: &random))"
            let instance = ServiceInstance(
                service: name, id: "box:c\(number)", host: "", port: Int.random(in: 1...3, using: &random))
            return ContainerService(instance: instance)
        }
    }

    private mutating func tell(_ id: String, _ kind: EngineEvent.Kind) {
        time += 1
        let event = EngineEvent(container: id, kind, time: time)
        history.append(event)
        stream?.append(event)
    }

    mutating func step() {
        let id = "c\(Int.random(in: 0...4, using: &random))"
        switch Int.random(in: 0...11, using: &random) {
        case 0, 1: start(id)
        case 2: end(id)
        case 3: if running[id] != nil { change(id) }
        case 4: cut()
        case 5: connect()
        case 6: if Int.random(in: 0...3, using: &random) == 0 { crash() }
        case 7: machine.due()
        case 8, 9: hear()
        default: answer()
        }
        if Bool.random(using: &random) { act() }
    }

    private mutating func start(_ id: String) {
        guard running[id] == nil else { return }
        running[id] = services()
        tell(id, .changed)
    }

    private mutating func end(_ id: String) {
        guard running.removeValue(forKey: id) != nil else { return }
        tell(id, .died(exitCode: 0))
    }

    /// Its health changes, or its name.
    private mutating func change(_ id: String) {
        running[id] = services()
        tell(id, .changed)
    }

    private mutating func cut() {
        guard stream != nil else { return }
        stream = nil
        _ = machine.disconnected(after: .seconds(1))
    }

    /// The engine ends with some of its containers, and forgets what it told.
    private mutating func crash() {
        cut()
        history = []
        for id in running.keys.sorted() where Bool.random(using: &random) { running[id] = nil }
    }

    private mutating func connect() {
        guard stream == nil else { return }
        let since = machine.since
        stream = since == nil ? [] : history.filter { EngineEvent.since($0.time - 1) >= since ?? "" }
        machine.connected()
    }

    private mutating func hear() {
        guard stream?.isEmpty == false, let event = stream?.removeFirst() else { return }
        machine.took(event)
    }

    /// One of the answers on their way arrives.
    private mutating func answer() {
        guard !answers.isEmpty else { return }
        switch answers.remove(at: Int.random(in: 0..<answers.count, using: &random)) {
        case .list(let ids): machine.listed(ids)
        case .look(let id, let turn, let finding): machine.inspected(id, turn: turn, finding)
        }
    }

    /// What the machine asks for is answered by what is so now, and may arrive late.
    private mutating func act(reliably: Bool = false) {
        while let command = machine.next() {
            let fails = !reliably && Int.random(in: 0...9, using: &random) == 0
            switch command {
            case .list: answers.append(.list(fails ? nil : running.keys.sorted()))
            case .inspect(let id, let turn):
                let found = running[id].map(RegistratorMachine.Finding.serving) ?? .idle(.deregister)
                answers.append(.look(id, turn, fails ? .unknown : found))
            case .register(let service): registered[service.key] = service
            case .withdraw(let key, let kind):
                registered[key] = nil
                withdrawals.append(kind)
            case .cleanUp: break
            }
        }
    }

    /// Nothing more happens; what is on its way arrives. `looksAgain`: all is looked at once more.
    mutating func settle(looksAgain: Bool) {
        if looksAgain {
            cut()
            connect()
            // What failed so far is looked at when it is time.
            machine.due()
        }
        act(reliably: true)
        while !answers.isEmpty || stream?.isEmpty == false {
            hear()
            answer()
            act(reliably: true)
        }
    }

    /// What has to be registered: of each key the service of one container that runs.
    var wanted: [ContainerService.Key: Set<ContainerService>] {
        var wanted: [ContainerService.Key: Set<ContainerService>] = [:]
        for service in running.values.joined() { wanted[service.key, default: []].insert(service) }
        return wanted
    }
}
