// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// The policies that go by the reports of servers.
@Suite struct ReportedLoadTests {
    private static let policies = [LoadBalancing.prequal, .expectedDelay, .auto]
    private static let one = SubchannelID(slot: 0, generation: 1)

    private func fleet(_ choice: LoadBalancing, _ count: Int) throws -> Fleet {
        try Fleet(choice, Fleet.endpoints(count))
    }

    @Test(
        "of the servers that reported the best one is chosen, until it is as loaded as the others", arguments: policies)
    func best(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 4)
        for number in 0..<4 { fleet.report(number, inFlight: number == 2 ? 0 : 3) }
        // Those in flight since the report count.
        var counts = [0, 0, 0, 0]
        for _ in 0..<4 { if let (subchannel, _) = fleet.start() { counts[Int(subchannel.id.slot)] += 1 } }
        #expect(counts[2] >= 3)
    }

    @Test("a report counts for a second", arguments: policies)
    func expiry(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 10)
        for number in 0..<10 { fleet.report(number, inFlight: 9) }
        fleet.time = fleet.time.adding(seconds: 5)
        fleet.report(4, inFlight: 9)
        fleet.report(3, inFlight: 0)
        fleet.time = fleet.time.adding(seconds: 0.9)
        #expect(fleet.choose() == 3)
        fleet.time = fleet.time.adding(seconds: 0.2)
        let later = Set((0..<50).compactMap { _ in fleet.choose() })
        #expect(later.count > 5)
    }

    @Test("a server that has more calls in flight than most is avoided, however fast it is", arguments: policies)
    func hot(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 10)
        for round in 0..<40 {
            for number in 0..<10 { fleet.report(number, inFlight: UInt32(number == 0 ? 50 : 1 + round % 2)) }
        }
        fleet.report(0, inFlight: 50, latency: 0.001, serviceTime: 0.0001)
        fleet.report(1, inFlight: 2)
        #expect(fleet.choose() == 1)
    }

    @Test("a server that is gone or was tried is not chosen", arguments: policies)
    func unusable(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 4)
        for number in 0..<4 { fleet.report(number, inFlight: number == 2 ? 0 : 3) }
        let best = fleet.subchannels[2].id
        #expect(fleet.choose(tried: [best]) != 2)
        fleet.set(best, .idle)
        for _ in 0..<20 { #expect(fleet.choose() != 2) }
    }

    @Test("while nobody reports, the choice is by what was measured", arguments: policies)
    func measured(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 2)
        for _ in 0..<20 {
            guard let (subchannel, token) = fleet.start() else { break }
            fleet.end(token, seconds: subchannel.id == ReportedLoadTests.one ? 1 : 0.01)
        }
        let counts = (0..<50).reduce(into: [0, 0]) { counts, _ in if let number = fleet.choose() { counts[number] += 1 }
        }
        #expect(counts[1] == 50)
    }

    @Test("an endpoint answers one call before it gets another, when nothing is known of it")
    func unknown() throws {
        var fleet = try fleet(.peakEWMA, 2)
        let both = [fleet.start()?.subchannel.id, fleet.start()?.subchannel.id]
        #expect(Set(both).count == 2)
    }

    @Test(
        "of a fleet of which some report, those that do not get calls as long as they are as fast", arguments: policies)
    func mixed(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 10)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<2000 {
            fleet.time = fleet.time.adding(seconds: 0.01)
            guard let (subchannel, token) = fleet.start() else { break }
            let number = Int(subchannel.id.slot)
            counts[number] += 1
            let load = ServerLoad(inFlight: 0, latency: 0.1, serviceTime: 0.1)
            fleet.end(token, seconds: 0.1, load: number < 3 ? load : nil)
        }
        let reporting = counts[0..<3].reduce(0, +)
        #expect((400...1000).contains(reporting))
        #expect(counts.allSatisfy { $0 > 50 })
    }

    @Test(
        "a server that has not reported for a minute counts as one that does not report, and is called again",
        arguments: policies)
    func silent(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 4)
        for number in 0..<4 { fleet.report(number, inFlight: 1) }
        fleet.time = fleet.time.adding(seconds: 2)
        func calls(seconds: Int) -> Int {
            var count = 0
            for _ in 0..<10 * seconds {
                fleet.time = fleet.time.adding(seconds: 0.1)
                for number in 0..<3 { fleet.report(number, inFlight: 1) }
                guard let (subchannel, token) = fleet.start() else { continue }
                if subchannel.id.slot == 3 { count += 1 }
                fleet.end(token, seconds: 0.1)
            }
            return count
        }
        let (before, after) = (calls(seconds: 50), calls(seconds: 60))
        #expect(before == 0 && after > 30, "\(before), then \(after)")
        fleet.report(3, inFlight: 1)
        let reports = fleet.cell.slots.slot(3).pointee.reports(at: fleet.time)
        #expect(reports)
    }

    @Test("a server that reports to be idle and is not is soon believed no more", arguments: policies)
    func liar(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 10)
        var late = 0
        for round in 0..<3000 {
            fleet.time = fleet.time.adding(seconds: 0.01)
            guard let (subchannel, token) = fleet.start() else { break }
            let lies = subchannel.id.slot == 0
            if lies, round >= 2000 { late += 1 }
            let load = ServerLoad(inFlight: 0, latency: lies ? 0 : 0.1, serviceTime: lies ? 0 : 0.1)
            fleet.end(token, seconds: lies ? 1 : 0.1, load: load)
        }
        #expect(late < 50)
    }

    @Test("a new server that has ended no call gets its share by the calls in flight there", arguments: policies)
    func newServer(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 10)
        func picks(newHas inFlight: UInt32) -> Int {
            fleet.time = fleet.time.adding(seconds: 2)
            for number in 0..<9 { fleet.report(number, inFlight: 5) }
            fleet.report(9, inFlight: inFlight, latency: 0, serviceTime: 0)
            return fleet.choose() == 9 ? 1 : 0
        }
        #expect((0..<20).map { _ in picks(newHas: 0) }.reduce(0, +) == 20)
        #expect((0..<20).map { _ in picks(newHas: 20) }.reduce(0, +) == 0)
    }

    @Test("a server that reports no times though it ends calls counts as one that does not report", arguments: policies)
    func timeless(choice: LoadBalancing) throws {
        var fleet = try fleet(choice, 4)
        let load = ServerLoad(inFlight: 0, latency: 0, serviceTime: 0)
        for number in 0..<3 { fleet.report(number, inFlight: 5) }
        fleet.report(3, inFlight: 0, latency: 0, serviceTime: 0)
        guard let (subchannel, token) = fleet.start() else { return #expect(Bool(false)) }
        #expect(subchannel.id == fleet.subchannels[3].id)
        fleet.end(token, seconds: 10, load: load)
        for _ in 0..<50 { #expect(fleet.choose() != 3) }
    }

    @Test(
        "where servers report, one of which nothing is known is asked before it is called, mostly", arguments: policies)
    func asking(choice: LoadBalancing) throws {
        var called = 0
        for seed in 0..<400 as Range<UInt64> {
            var fleet = try Fleet(choice, Fleet.endpoints(10), seed: seed)
            let unknown = fleet.subchannels[9].id
            while !fleet.probed.contains(unknown) {
                for number in 0..<9 { fleet.report(number, inFlight: 1) }
                guard let (subchannel, _) = fleet.start() else { return #expect(Bool(false)) }
                guard subchannel.id == unknown else { continue }
                called += 1
                break
            }
        }
        #expect((20...80).contains(called))
    }

    @Test("where none report, one of which nothing is known counts as being as fast as the other that was drawn")
    func newcomer() throws {
        var counts = [0, 0]
        for seed in 0..<400 as Range<UInt64> {
            for busy in [0, 1] {
                var fleet = try Fleet(.peakEWMA, Fleet.endpoints(2), seed: seed)
                guard let (first, token) = fleet.start() else { return #expect(Bool(false)) }
                fleet.end(token, seconds: 0.1)
                let known = first.id
                while fleet.cell.slots.inFlight(known) < busy {
                    if let (subchannel, token) = fleet.start(), subchannel.id != known {
                        fleet.cell.slots.completed(token)
                    }
                }
                if fleet.start()?.subchannel.id != known { counts[busy] += 1 }
            }
        }
        #expect((150...250).contains(counts[0]))
        #expect(counts[1] == 400)
    }

    @Test("as many endpoints are asked as the config says, all of them sooner or later, and no more a second")
    func probes() throws {
        let config = #"{"probesPerCall": 0.5, "maxProbesPerSecond": 10}"#
        var fleet = try fleet(LoadBalancing(policy: "expected_delay", json: config), 10)
        for _ in 0..<4000 {
            fleet.time = fleet.time.adding(seconds: 1)
            _ = fleet.choose()
        }
        #expect((1850...2150).contains(fleet.probed.count))
        #expect(Set(fleet.probed).count == 10)
        let before = fleet.probed.count
        for _ in 0..<1000 {
            fleet.time = fleet.time.adding(seconds: 0.001)
            _ = fleet.choose()
        }
        #expect((9...13).contains(fleet.probed.count - before))
    }

    @Test(
        "calls with a key go to one endpoint, whose share of the calls in flight is bounded; others where they end first"
    )
    func keyed() throws {
        var fleet = try fleet(.auto, 10)
        let places = someKeys.prefix(200).map { fleet.choose(hash: $0) }
        #expect(someKeys.prefix(200).map { fleet.choose(hash: $0) } == places)
        #expect(Set(places).count == 10)
        var counts: [SubchannelID: Int] = [:]
        for _ in 0..<100 {
            if let (subchannel, _) = fleet.start(hash: someKeys[0]) { counts[subchannel.id, default: 0] += 1 }
        }
        #expect(counts.values.max() ?? 0 <= 13)
        // The key keeps its place when another endpoint goes.
        let kept = fleet.choose(hash: someKeys[1])
        if let kept { fleet.set(fleet.subchannels[(kept + 1) % 10].id, .idle) }
        #expect(fleet.choose(hash: someKeys[1]) == kept)
    }
}
