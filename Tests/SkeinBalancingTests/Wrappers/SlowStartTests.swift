// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct SlowStartTests {
    private func fleet(_ count: Int, _ json: String = #"{"window": "10s"}"#, weights: [UInt32] = [1]) throws -> Fleet {
        try Fleet(LoadBalancing(policy: "slow_start", json: json), Fleet.endpoints(count, weights: weights))
    }

    /// The share of the picks that the last endpoint of the list gets, of what the first gets.
    private func share(_ fleet: inout Fleet, _ endpoints: [Endpoint], _ picks: Int = 4400) -> Double {
        let counts = fleet.tally(picks, endpoints)
        return Double(counts[counts.count - 1]) / Double(counts[0])
    }

    @Test(
        "the part of its weight that an endpoint has",
        arguments: [
            (0, 1, 0.1), (0.5, 1, 0.1), (2, 1, 0.2), (5, 1, 0.5), (10, 1, 1), (11, 1, 1), (2.5, 2, 0.5), (5, 0.5, 0.25),
        ])
    func shares(seconds: Double, aggression: Double, expected: Double) {
        var configuration = SlowStartConfiguration(over: .random, window: .seconds(10))
        configuration.aggression = aggression
        #expect(abs(configuration.share(after: .seconds(seconds)) - expected) < 1e-4)
    }

    @Test("an endpoint that comes later gets more calls each second, until it has its share")
    func ramp() throws {
        let endpoints = Fleet.endpoints(5)
        var fleet = try fleet(4)
        fleet.advance(by: .seconds(11))
        fleet.update(endpoints)
        fleet.connectAll()
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
        // 200 have all of their weight, 1,000 a tenth.
        #expect(abs(new - 10_000) < 500, "\(new)")
    }

    @Test("an endpoint that failed starts anew while others are new, too")
    func againAmongNew() throws {
        let endpoints = Fleet.endpoints(4)
        var fleet = try fleet(3)
        fleet.advance(by: .seconds(20))
        fleet.update(endpoints)
        fleet.connectAll()
        let first = fleet.subchannels[0].id
        fleet.set(first, refused)
        fleet.set(first, .ready)
        let counts = fleet.tally(2200, endpoints)
        #expect(abs(counts[0] - 100) < 20 && abs(counts[1] - 1000) < 20 && abs(counts[3] - 100) < 20, "\(counts)")
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

    @Test("weights and ramps multiply; weight 0 stays 0")
    func weighted() throws {
        let endpoints = Fleet.endpoints(4, weights: [2, 1, 0, 4])
        let json = #"{"window": "10s", "childPolicy": [{"weighted_random": {}}]}"#
        var fleet = try Fleet(LoadBalancing(policy: "slow_start", json: json), Array(endpoints.prefix(3)))
        fleet.advance(by: .seconds(10))
        fleet.update(endpoints)
        fleet.connectAll()
        fleet.advance(by: .seconds(5))
        #expect(fits(fleet.tally(20_000, endpoints), [2, 1, 0, 2]))
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

    @Test("a policy inside that does not go by weight is an error that names those that do")
    func errors() throws {
        for child in ["round_robin", "ring_hash", "pick_first"] {
            let choice = try LoadBalancing(policy: "slow_start", json: #"{"childPolicy": [{"\#(child)": {}}]}"#)
            let error = #expect(throws: ConfigurationError.self) {
                try LoadBalancingRegistry.builtIn.validate([choice])
            }
            let expected =
                "childPolicy is \(child), which does not send calls by weight: expected one of least_request, "
            #expect(error?.message.contains(expected + "p2c_peak_ewma, weighted_random, weighted_round_robin") == true)
        }
        let json = #"{"childPolicy": [{"outlier_detection": {"childPolicy": [{"weighted_random": {}}]}}]}"#
        try LoadBalancingRegistry.builtIn.validate([LoadBalancing(policy: "slow_start", json: json)])
    }
}
