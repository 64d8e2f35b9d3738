// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization
import Testing

@testable import SkeinBalancing

/// Endpoints that are ejected as soon as their calls fail, and panic.
@Suite(.timeLimit(.minutes(5))) struct EjectionTests {
    static let loadAware = ["least_request", "least_connections", "p2c_peak_ewma", "prequal", "expected_delay", "auto"]
    private static let ejecting = #"{"ejectFailing": true, "childPolicy": [{"round_robin": {}}]}"#

    private func fleet(_ count: Int, _ json: String = ejecting, seed: UInt64 = 1) throws -> Fleet {
        try Fleet(LoadBalancing(policy: "outlier_detection", json: json), Fleet.endpoints(count), seed: seed)
    }

    @Test(
        "an endpoint whose calls fail is ejected after few of them, and only that one; at the start after a little more",
        arguments: loadAware, [(before: 400, lost: 2...4), (before: 0, lost: 2...5)])
    func loadAwarePolicies(name: String, history: (before: Int, lost: ClosedRange<Int>)) throws {
        var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(20))
        let bad = fleet.subchannels[7].id
        #expect(fleet.calls(history.before, failingOn: []) == 0)
        var lost = 0
        for _ in 0..<4000 {
            guard let (subchannel, token) = fleet.start() else { return #expect(Bool(false), "nothing picked") }
            fleet.advance(by: .milliseconds(5))
            let isBad = subchannel.id == bad
            if isBad { lost += 1 }
            fleet.end(token, isBad ? .fault : .success, latency: isBad ? 0.001 : 0.02)
        }
        // 20 seconds: it is ejected once.
        #expect(history.lost.contains(lost), "\(lost) lost")
    }

    @Test("it comes back after 30 seconds on trial: one more fault ejects it for twice as long, a success lets it stay")
    func trial() throws {
        var fleet = try fleet(20)
        let bad = fleet.subchannels[3].id
        #expect(fleet.calls(400, failingOn: [bad]) < 5)
        for seconds in [30, 60, 90] {
            // Its first call fails, and it is gone again.
            #expect(fleet.calls(2 * seconds * 20 - 200, failingOn: [bad], every: .milliseconds(25)) <= 2)
            fleet.advance(by: .seconds(5))
            let back = fleet.calls(60, failingOn: [bad])
            #expect(back <= 1, "\(back) lost after \(seconds) s")
        }
        fleet.advance(by: .seconds(300))
        #expect(fleet.spread(2000)[bad] ?? 0 > 50)
    }

    @Test("a method that fails everywhere ejects nobody", arguments: [5, 10, 20, 40, 70, 100], [1, 2, 3] as [UInt64])
    func poison(percent: Int, seed: UInt64) throws {
        for name in ["least_request", "p2c_peak_ewma"] {
            var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(20), seed: seed)
            var random = SplitMix64(seed: seed)
            // At the start there is nothing to compare with, later there are many good calls.
            for call in 0..<20_000 {
                guard let (_, token) = fleet.start() else { return #expect(Bool(false), "nothing picked") }
                let fails = Int.random(in: 0..<100, using: &random) < percent
                fleet.end(token, fails ? .fault : .success, latency: 0.02)
                fleet.advance(by: .milliseconds(30))
                #expect(fleet.hidden == 0, "ejected \(fleet.hidden) at call \(call)")
                if fleet.hidden > 0 { return }
            }
        }
    }

    @Test("a method that fails everywhere, and sooner than others succeed, ejects nobody at the start either")
    func fastPoison() throws {
        var ejected = 0
        for seed: UInt64 in 1...2000 {
            var fleet = try Fleet(LoadBalancing(policy: "p2c_peak_ewma"), Fleet.endpoints(20), seed: seed)
            var random = SplitMix64(seed: seed)
            var open: [PickToken] = []
            for _ in 0..<90 {
                guard let (_, token) = fleet.start() else { return #expect(Bool(false), "nothing picked") }
                // Every tenth call fails at once, the others take as long as ten calls later.
                if Int.random(in: 0..<10, using: &random) == 0 {
                    fleet.end(token, .fault, latency: 0.002)
                } else {
                    open.append(token)
                }
                if open.count > 10 { fleet.end(open.removeFirst(), .success, latency: 0.1) }
                fleet.advance(by: .milliseconds(11))
            }
            ejected += fleet.hidden
        }
        #expect(ejected == 0, "\(ejected) of 2000")
    }

    @Test("several endpoints that fail at once are all ejected, and do not hide each other", arguments: loadAware)
    func several(name: String) throws {
        var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(20))
        _ = fleet.calls(1000, failingOn: [])
        let bad = Set(fleet.subchannels.prefix(5).map(\.id))
        var calls = 0
        while fleet.hidden < 5, calls < 1000 {
            _ = fleet.calls(1, failingOn: bad)
            calls += 1
        }
        #expect(calls < 500, "\(calls) calls")
        #expect(bad.allSatisfy { !fleet.cell.slots.isPickable($0) })
    }

    @Test("when calls begin to fail everywhere, in the end nobody is ejected", arguments: loadAware)
    func outage(name: String) throws {
        var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(20))
        _ = fleet.calls(1000, failingOn: [])
        _ = fleet.calls(600, failingOn: Set(fleet.subchannels.map(\.id)))
        #expect(fleet.hidden == 0)
    }

    @Test("callers' errors and cancelled calls eject nobody", arguments: [AttemptOutcome.Verdict.refusal, .none])
    func refusals(verdict: AttemptOutcome.Verdict) throws {
        var fleet = try fleet(10)
        let one = fleet.subchannels[0].id
        for call in 0..<2000 {
            guard let (subchannel, token) = fleet.start() else { return #expect(Bool(false), "nothing picked") }
            fleet.end(token, subchannel.id == one || call % 10 < 6 ? verdict : .success)
            fleet.advance(by: .milliseconds(20))
        }
        #expect(fleet.hidden == 0)
    }

    @Test("an endpoint that fails now and then among many calls stays")
    func noise() throws {
        var fleet = try fleet(10)
        let noisy = fleet.subchannels[4].id
        var calls = 0
        for _ in 0..<50_000 {
            guard let (subchannel, token) = fleet.start() else { return #expect(Bool(false), "nothing picked") }
            if subchannel.id == noisy { calls += 1 }
            fleet.end(token, subchannel.id == noisy && calls % 10 < 2 ? .fault : .success)
            fleet.advance(by: .microseconds(100))
        }
        #expect(fleet.hidden == 0)
    }

    @Test("at most half are ejected", arguments: [1, 2, 3, 4, 5, 9, 20])
    func half(count: Int) throws {
        var fleet = try fleet(count)
        // All but one fail.
        let bad = Set(fleet.subchannels.dropFirst().map(\.id))
        for _ in 0..<500 { _ = fleet.calls(count, failingOn: bad) }
        #expect(fleet.hidden <= max(1, count / 2))
        #expect(fleet.pick() != nil)
    }

    @Test("while fewer than half are usable, ejected ones are used, but none that is not ready; then no more")
    func panic() throws {
        var fleet = try fleet(10)
        let bad = Set(fleet.subchannels.prefix(2).map(\.id))
        _ = fleet.calls(2000, failingOn: bad)
        #expect(fleet.hidden == 2)
        // With 2 ejected, 5 of 10 are usable still.
        let lost = fleet.subchannels[2...4].map(\.id)
        for id in lost { fleet.set(id, refused) }
        #expect(fleet.hidden == 2)
        let last = fleet.subchannels[5].id
        fleet.set(last, refused)
        #expect(fleet.hidden == 0)
        let spread = fleet.spread(600)
        #expect(Set(spread.keys) == fleet.ready)
        #expect(bad.isSubset(of: spread.keys))
        fleet.set(last, .ready)
        #expect(fleet.hidden == 2)
        #expect(Set(fleet.spread(600).keys) == fleet.ready.subtracting(bad))
    }

    @Test("how few are to be usable for panic can be set; 0 is never", arguments: [(0, 2), (40, 2), (41, 0), (100, 0)])
    func panicThreshold(percent: Int, hidden: Int) throws {
        let json = #"{"childPolicy": [{"least_request": {}}], "panicThresholdPercent": \#(percent)}"#
        var fleet = try Fleet(LoadBalancing(policy: "outlier_detection", json: json), Fleet.endpoints(10))
        _ = fleet.calls(2000, failingOn: Set(fleet.subchannels.prefix(2).map(\.id)))
        for id in fleet.subchannels[2...5].map(\.id) { fleet.set(id, refused) }
        // 4 of 10 are usable.
        #expect(fleet.hidden == hidden)
    }

    @Test("an ejected endpoint that was lost meanwhile stays ejected when it connects, and is back in time")
    func reconnecting() throws {
        var fleet = try fleet(10)
        let bad = fleet.subchannels[0].id
        _ = fleet.calls(1000, failingOn: [bad], every: .milliseconds(5))
        fleet.set(bad, .idle)
        #expect(fleet.connecting.last == bad)
        let asked = fleet.resolutions
        fleet.set(bad, .ready)
        #expect(fleet.spread(500)[bad] == nil)
        #expect(fleet.resolutions == asked)
        fleet.advance(by: .seconds(30))
        #expect(fleet.spread(500)[bad] ?? 0 > 40)
    }

    @Test("nobody asks the resolver because an endpoint is ejected, and calls say why when nothing else is left")
    func errors() throws {
        var fleet = try fleet(20, #"{"ejectFailing": true, "childPolicy": [{"round_robin": {}}]}"#)
        let bad = fleet.subchannels[0].id
        let asked = fleet.resolutions
        _ = fleet.calls(2000, failingOn: [bad])
        #expect(fleet.hidden == 1)
        #expect(fleet.resolutions == asked)
        let error = EjectionRecord.Ejection(
            .failing, fleet.subchannels[0].endpoint.identity, from: .now, for: .seconds(60), times: 2)
        #expect(
            error.error.message
                == "send calls to 10.0.0.0:443: ejected by its failures for 60.0 seconds, 2 times")
    }

    @Test("a policy that does not eject by itself does not", arguments: ["round_robin", "least_request_experimental"])
    func notByDefault(name: String) throws {
        var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(10))
        let bad = fleet.subchannels[0].id
        #expect(fleet.calls(1000, failingOn: [bad]) > 50)
    }

    @Test("pick_first keeps its connection whatever fails on it")
    func pickFirst() throws {
        let json =
            #"{"ejectFailing": true, "failurePercentageEjection": {"minimumHosts": 1, "requestVolume": 1}, "#
            + #""childPolicy": [{"pick_first": {}}]}"#
        var fleet = try Fleet(LoadBalancing(policy: "outlier_detection", json: json))
        fleet.update(Fleet.endpoints(3))
        fleet.set(fleet.subchannels[0].id, .ready)
        let only = fleet.subchannels[0].id
        #expect(fleet.calls(500, failingOn: [only]) == 500)
    }
}

extension Fleet {
    /// Ready subchannels that no pick may choose.
    var hidden: Int { ready.count { !cell.slots.isPickable($0) } }

    /// So many calls one after the other; how many of them went to `bad`, where they fail.
    mutating func calls(_ count: Int, failingOn bad: Set<SubchannelID>, every: Duration = .milliseconds(20)) -> Int {
        var lost = 0
        for _ in 0..<count {
            guard let (subchannel, token) = start() else { continue }
            let fails = bad.contains(subchannel.id)
            if fails { lost += 1 }
            end(token, fails ? .fault : .success, latency: 0.01)
            advance(by: every)
        }
        return lost
    }

    /// How many of so many good calls each subchannel got.
    mutating func spread(_ picks: Int) -> [SubchannelID: Int] {
        var counts: [SubchannelID: Int] = [:]
        for _ in 0..<picks {
            guard let (subchannel, token) = start() else { continue }
            counts[subchannel.id, default: 0] += 1
            end(token, .success, latency: 0.01)
        }
        return counts
    }
}

extension SlotTable {
    /// Whether a pick may choose it now.
    func isPickable(_ id: SubchannelID) -> Bool {
        slot(id.slot).pointee.pickable.load(ordering: .relaxed) == id.generation
    }
}
