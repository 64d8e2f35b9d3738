// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// One run of a scenario: clients with a chooser each, servers, and what travels between them, in virtual time. The same
/// seed gives the same run, and the same calls whatever the choosers do.
package struct Simulation {
    enum Event {
        /// A new call.
        case call
        case arrived(call: UInt32)
        /// A server may have finished calls.
        case server(Int)
        case answered(call: UInt32, serial: UInt32)
        case timedOut(call: UInt32, serial: UInt32)
        case probed(UInt32)
        case probeAnswered(UInt32)
        case antagonist(Int)
        case step(Int)
        case beginCounting
        case replaced
        case sample
        case measure
    }

    struct Probe {
        var client = 0
        var probe: Choice.Probe?
        var load: ServerLoad?
    }

    let scenario: Scenario
    private let fleet: Fleet
    private(set) var choosers: [any Chooser] = []
    var servers: [SimulatedServer] = []
    var calls = Slab<SimulatedCall>()
    var probes = Slab<Probe>()
    var events = EventHeap<Event>()
    var arrivals: Arrivals
    var antagonistChance: Chance
    var failureChance: Chance
    var result: LabResult
    var now = 0.0
    var step = 0
    var isCounting = false
    var replacements = 0
    /// Of the last call.
    var serial: UInt32 = 0

    /// - Parameter policy: makes the choosers.
    package init(_ scenario: Scenario, _ policy: LabPolicy, seed: UInt64, trace: Trace? = nil) throws {
        self.scenario = scenario
        var seeds = SplitMix64(seed: seed)
        arrivals = Arrivals(scenario, seed: seeds.next(), trace: trace)
        antagonistChance = Chance(seed: seeds.next())
        failureChance = Chance(seed: seeds.next())
        result = LabResult(scenario.name, policy.name, loads: scenario.loads.map(\.load))
        var chance = Chance(seed: seeds.next())
        let reporting = Int((scenario.reporting * Double(scenario.servers)).rounded())
        for server in 0..<scenario.servers {
            // Spread evenly over the servers, and so over their speeds.
            let reports = (server + 1) * reporting / scenario.servers > server * reporting / scenario.servers
            servers.append(
                SimulatedServer(
                    cores: scenario.cores, speed: scenario.speed(of: server),
                    reporting: scenario.reportingZero.contains(server) ? .zero : reports ? .honest : .none,
                    incarnation: chance.next()))
        }
        fleet = Fleet(scenario)
        choosers = try policy.makeChoosers(scenario, fleet, seed: seeds.next())
    }

    /// Runs it to its end.
    package mutating func run() -> LabResult {
        prepare()
        while let (time, event) = events.next(), time <= scenario.duration {
            now = time
            result.events += 1
            handle(event)
        }
        now = scenario.duration
        result.ejections = choosers.reduce(0) { $0 + $1.ejections }
        for server in servers.indices {
            servers[server].queue.set(cores: servers[server].queue.cores, speed: servers[server].queue.speed, at: now)
            result.calls.append(servers[server].calls)
            let capacity = Double(scenario.cores) * servers[server].speed * (now - scenario.warmUp)
            result.utilisations.append((servers[server].queue.done - servers[server].doneBefore) / capacity)
        }
        return result
    }

    private mutating func prepare() {
        for (index, step) in scenario.loads.enumerated() { events.add(.step(index), at: step.from) }
        if scenario.antagonist != nil { for server in servers.indices { events.add(.antagonist(server), at: 0) } }
        if let churn = scenario.churn { events.add(.replaced, at: churn) }
        if let streams = scenario.idleStreams { open(streams) }
        events.add(.beginCounting, at: scenario.warmUp)
        events.add(.sample, at: scenario.warmUp)
        events.add(.measure, at: 1)
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .call: call()
        case .arrived(let call): arrived(call)
        case .server(let server): look(at: server)
        case .answered(let call, let serial): answered(call, serial)
        case .timedOut(let call, let serial): timedOut(call, serial)
        case .probed(let probe): probed(probe)
        case .probeAnswered(let probe): probeAnswered(probe)
        case .antagonist(let server): changeCapacity(of: server)
        case .step(let index): begin(step: index)
        case .beginCounting: beginCounting()
        case .replaced: replaceNext()
        case .sample: sample()
        case .measure: measure()
        }
    }

    // MARK: the world

    private mutating func begin(step index: Int) {
        step = index
        arrivals.setRate(scenario.loads[index].load * scenario.capacity)
        scheduleCall()
    }

    /// The next call; a time beyond the step's end is drawn anew when the next step begins.
    mutating func scheduleCall() {
        let end = step + 1 < scenario.loads.count ? scenario.loads[step + 1].from : .infinity
        if let next = arrivals.next(after: now), next < end { events.add(.call, at: next) }
    }

    private mutating func beginCounting() {
        isCounting = true
        for server in servers.indices {
            servers[server].queue.set(cores: servers[server].queue.cores, speed: servers[server].queue.speed, at: now)
            servers[server].doneBefore = servers[server].queue.done
        }
    }

    private mutating func changeCapacity(of server: Int) {
        guard let antagonist = scenario.antagonist else { return }
        let capacity = antagonist.draw(&antagonistChance) * Double(scenario.cores)
        servers[server].queue.set(cores: capacity, speed: servers[server].speed, at: now)
        fleet.cores[server] = capacity
        events.add(.antagonist(server), at: now + antagonistChance.exponential(mean: antagonist.period))
        reschedule(server)
    }

    private mutating func replaceNext() {
        let server = replacements % servers.count
        replacements += 1
        for owner in servers[server].queue.clear(at: now) { answer(owner, .fault, load: nil) }
        servers[server].replace()
        reschedule(server)
        for chooser in choosers { chooser.lost(server, replaced: true, at: now) }
        if let churn = scenario.churn { events.add(.replaced, at: now + churn) }
    }

    private mutating func measure() {
        for server in servers.indices { servers[server].measure(at: now, since: now - 1) }
        events.add(.measure, at: now + 1)
    }

    private mutating func sample() {
        for server in servers {
            result.steps[step].inFlight.add(Double(server.queue.jobs))
            result.steps[step].mostInFlight = max(result.steps[step].mostInFlight, server.queue.jobs)
        }
        events.add(.sample, at: now + 0.05)
    }

    /// Every client holds its part of the streams, all on one server, from the start.
    private mutating func open(_ streams: Scenario.IdleStreams) {
        if streams.areReported { servers[streams.server].reportedStreams = streams.count }
        for (index, chooser) in choosers.enumerated() {
            let part = streams.count * (index + 1) / choosers.count - streams.count * index / choosers.count
            chooser.openStreams(part, on: streams.server, at: now)
        }
    }
}
