// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct SlowStartTests {
    private func fleet(_ count: Int, _ json: String = #"{"window": "10s"}"#, weights: [UInt32] = [1]) throws -> Fleet {
        try Fleet(LoadBalancing(policy: "slow_start", json: json), Fleet.endpoints(count, weights: weights))
    }

    /// The first `count` of `endpoints` have been ready for longer than the window; the others have just become so.
    private func fleet(
        of endpoints: [Endpoint], after count: Int, over child: String = "weighted_round_robin"
    ) throws -> Fleet {
        let json = #"{"window": "10s", "childPolicy": [{"\#(child)": {}}]}"#
        var fleet = try Fleet(LoadBalancing(policy: "slow_start", json: json), Array(endpoints.prefix(count)))
        fleet.advance(by: .seconds(11))
        fleet.update(endpoints)
        fleet.connectAll()
        return fleet
    }

    /// The share of the picks that the last endpoint of the list gets, of what the first gets.
    private func share(_ fleet: inout Fleet, _ endpoints: [Endpoint]) -> Double {
        let counts = fleet.tally(20_000, endpoints)
        return Double(counts[counts.count - 1]) / Double(counts[0])
    }

    @Test(
        "the part of its calls that an endpoint keeps",
        arguments: [
            (0, 1, 0.1), (0.5, 1, 0.1), (2, 1, 0.2), (5, 1, 0.5), (10, 1, 1), (11, 1, 1), (2.5, 2, 0.5), (5, 0.5, 0.25),
        ])
    func shares(seconds: Double, aggression: Double, expected: Double) {
        var configuration = SlowStartConfiguration()
        configuration.window = .seconds(10)
        configuration.aggression = aggression
        #expect(abs(configuration.share(after: .seconds(seconds)) - expected) < 1e-4)
    }

    @Test("an endpoint that comes later gets more calls each second, until it has its share")
    func ramp() throws {
        let endpoints = Fleet.endpoints(5)
        var fleet = try fleet(of: endpoints, after: 4)
        #expect(abs(share(&fleet, endpoints) - 0.1) < 0.02)
        fleet.advance(by: .seconds(5))
        #expect(abs(share(&fleet, endpoints) - 0.5) < 0.05)
        fleet.advance(by: .seconds(3))
        #expect(abs(share(&fleet, endpoints) - 0.8) < 0.05)
        fleet.advance(by: .seconds(3))
        #expect(abs(share(&fleet, endpoints) - 1) < 0.02)
        // Nothing is left to do.
        let publications = fleet.publications
        fleet.advance(by: .seconds(60))
        #expect(fleet.publications == publications)
    }

    @Test("many that become ready while there are others begin with a little each, and none makes work of its own")
    func many() throws {
        let endpoints = Fleet.endpoints(1200)
        var fleet = try fleet(200)
        fleet.advance(by: .seconds(11))
        fleet.update(endpoints)
        let publications = fleet.publications
        fleet.connectAll()
        #expect(fleet.publications < publications + 200)
        let new = fleet.tally(30_000, endpoints).dropFirst(200).reduce(0, +)
        // As if each weighed a tenth, and a few more: of those that are left to choose from, most are new again and again.
        #expect(abs(new - 10_000) < 1200, "\(new)")
    }

    @Test("an endpoint that failed starts anew while others are new, too")
    func againAmongNew() throws {
        let endpoints = Fleet.endpoints(4)
        var fleet = try fleet(of: endpoints, after: 3)
        let first = fleet.subchannels[0].id
        fleet.set(first, refused)
        fleet.set(first, .ready)
        let counts = fleet.tally(22_000, endpoints)
        let (new, settled) = (abs(counts[0] - 1000) < 150, abs(counts[1] - 10_000) < 150)
        #expect(new && settled && abs(counts[3] - 1000) < 150, "\(counts)")
    }

    @Test("an endpoint that failed starts anew, one that has only reconnected does not")
    func again() throws {
        let endpoints = Fleet.endpoints(3)
        var fleet = try fleet(3)
        fleet.advance(by: .seconds(20))
        let last = fleet.subchannels[2].id
        fleet.set(last, .idle)
        fleet.set(last, .ready)
        #expect(abs(share(&fleet, endpoints) - 1) < 0.02)
        fleet.set(last, .idle)
        fleet.set(last, refused)
        fleet.set(last, .idle)
        fleet.set(last, .ready)
        #expect(abs(share(&fleet, endpoints) - 0.1) < 0.02)
    }

    @Test("while all are new they share alike, and weights count as ever")
    func allNew() throws {
        let endpoints = Fleet.endpoints(3, weights: [1, 2, 3])
        var fleet = try fleet(3, weights: [1, 2, 3])
        #expect(fleet.tally(6000, endpoints) == [1000, 2000, 3000])
        fleet.advance(by: .seconds(5))
        #expect(fleet.tally(6000, endpoints) == [1000, 2000, 3000])
    }

    @Test("weights count for what is chosen again; weight 0 stays 0")
    func weighted() throws {
        let endpoints = Fleet.endpoints(4, weights: [2, 1, 0, 4])
        var fleet = try fleet(of: endpoints, after: 3, over: "weighted_random")
        fleet.advance(by: .seconds(5))
        #expect(fits(fleet.tally(20_000, endpoints), [10, 5, 0, 6]))
    }

    @Test("an endpoint that was ejected starts slowly when it is back")
    func ejected() throws {
        let endpoints = Fleet.endpoints(20)
        let json = #"{"window": "10s", "childPolicy": [{"p2c_peak_ewma": {}}]}"#
        var fleet = try Fleet(LoadBalancing(policy: "slow_start", json: json), endpoints)
        fleet.advance(by: .seconds(20))
        let bad = fleet.subchannels[0].id
        #expect(fleet.calls(1000, failingOn: [bad]) < 5)
        #expect(fleet.hidden == 1)
        let publications = fleet.publications
        fleet.advance(by: .seconds(15))
        #expect(fleet.hidden == 0)
        let back = fleet.publications
        #expect(back > publications)
        // A step each second.
        fleet.advance(by: .seconds(5))
        #expect(fleet.publications == back + 5)
    }

    @Test(
        "goes over any policy: a new endpoint gets fewer calls than the others, and none of them has to go without",
        arguments: [
            "round_robin", "random", "least_request", "least_connections", "p2c_peak_ewma", "prequal", "expected_delay",
            "auto", "maglev", "ring_hash", "rendezvous", "weighted_target", "subsetting",
        ])
    func every(policy: String) throws {
        let endpoints = Fleet.endpoints(6)
        var fleet = try fleet(of: endpoints, after: 5, over: policy)
        let counts = fleet.tally(6000, endpoints)
        #expect((1...300).contains(counts[5]) && counts.dropLast().allSatisfy { $0 > 600 }, "\(counts)")
        fleet.advance(by: .seconds(11))
        #expect(fleet.tally(6000, endpoints)[5] > 500)
    }

    @Test("a key moves to its new endpoint once", arguments: ["ring_hash", "rendezvous", "auto"])
    func keys(policy: String) throws {
        let endpoints = Fleet.endpoints(6)
        let json = #"{"window": "10s", "childPolicy": [{"\#(policy)": {}}]}"#
        var fleet = try Fleet(LoadBalancing(policy: "slow_start", json: json), Array(endpoints.prefix(5)))
        fleet.advance(by: .seconds(11))
        let before = fleet.placement(someKeys)
        fleet.update(endpoints)
        fleet.connectAll()
        var places = [before]
        for _ in 0..<12 {
            #expect(fleet.placement(someKeys) == fleet.placement(someKeys))
            places.append(fleet.placement(someKeys))
            fleet.advance(by: .seconds(1))
        }
        for key in someKeys.indices {
            let moves = zip(places, places.dropFirst()).count { $0[key] != $1[key] }
            #expect(moves <= 1, "\(places.map { $0[key] ?? "-" })")
        }
        let moved = zip(before, places[12]).count { $0 != $1 }
        #expect(abs(moved - someKeys.count / 6) < 150)
        let atFirst = zip(before, places[1]).count { $0 != $1 }
        #expect(atFirst > 0 && atFirst < moved / 4)
    }

    @Test("explains that an endpoint is new, and what it keeps")
    func explained() throws {
        let endpoints = Fleet.endpoints(3)
        let fleet = try fleet(of: endpoints, after: 2)
        var context = PickContext(testMethod)
        let explanation = fleet.cell.explain(&context) { Endpoint.Identity($0.endpoint.addresses) }
        let reasons = explanation.candidates.map { ($0.endpoint == endpoints[2].identity, $0.reason) }
        #expect(reasons.allSatisfy { $0.0 == ($0.1 == "new, keeps 10 % of its calls") })
    }
}
