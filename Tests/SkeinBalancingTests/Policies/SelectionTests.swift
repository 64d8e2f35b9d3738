// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(5))) struct SelectionTests {
    @Test(
        "calls fall to endpoints as the policy says",
        arguments: [
            ("random", [1], [1]), ("random", [1, 5], [1, 1]), ("weighted_random", [1], [1]),
            ("weighted_random", [1, 2, 0, 7], [1, 2, 0, 7]), ("weighted_random", [0], [1]),
            ("weighted_random", [1, 1000], [1, 1000]), ("least_request", [1], [1]), ("least_request", [0, 1], [0, 1]),
            ("least_request_experimental", [0, 1], [1, 1]), ("least_connections", [1], [1]),
        ] as [(String, [UInt32], [Double])])
    func distribution(name: String, weights: [UInt32], shares: [Double]) throws {
        let listed = Fleet.endpoints(12, weights: weights)
        var fleet = try Fleet(LoadBalancing(policy: name), listed)
        #expect(fits(fleet.tally(30_000, listed), listed.indices.map { shares[$0 % shares.count] }))
    }

    @Test(
        "an endpoint of weight 0 gets no calls, whatever its server reports, unless all have it",
        arguments: [
            "weighted_random", "weighted_round_robin", "least_request", "p2c_peak_ewma", "prequal", "expected_delay",
            "auto",
        ])
    func weightZero(name: String) throws {
        var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(4))
        for number in 0..<4 { fleet.report(number, inFlight: 1) }
        fleet.update(Fleet.endpoints(4, weights: [0, 1]))
        for _ in 0..<200 {
            for number in 0..<4 { fleet.report(number, inFlight: number % 2 == 0 ? 0 : 5) }
            let number = fleet.choose()
            #expect(number == 1 || number == 3)
        }
        fleet.update(Fleet.endpoints(4, weights: [0]))
        fleet.advance(by: .seconds(2))
        let seen = Set((0..<200).map { _ in fleet.choose() })
        #expect(seen == [0, 1, 2, 3])
    }

    @Test(
        "a few whole weights are an exact sequence, as nginx has it",
        arguments: [
            ([5, 1, 1], "aabacaa"), ([1, 1], "ab"), ([1, 2], "bab"), ([10, 2, 2], "aabacaa"),
            ([3, 3, 4], "cabcabcabc"),
            ([7], "a"), ([1, 2, 3], "cbacbc"),
        ] as [([Double], String)])
    func sequence(weights: [Double], expected: String) {
        let names = Array("abcdefgh")
        #expect(SmoothSequence.make(weights).map { String($0.map { names[Int($0)] }) } == expected)
    }

    @Test("weights that are not whole, or too many, make no sequence")
    func noSequence() {
        #expect(SmoothSequence.make([0.5, 1]) == nil)
        #expect(SmoothSequence.make([1, 1024]) == nil)
        #expect(SmoothSequence.make([Double](repeating: 1, count: 300)) == nil)
    }

    @Test("weighted_round_robin follows the sequence, from any place in it")
    func exact() throws {
        let listed = Fleet.endpoints(3, weights: [5, 1, 1])
        var fleet = try Fleet(.weightedRoundRobin, listed)
        let names = Dictionary(uniqueKeysWithValues: zip(listed.map { $0.addresses[0].description }, "abc"))
        let turns = String((0..<21).compactMap { _ in fleet.pick().flatMap { names[$0] } })
        #expect("aabacaaaabacaaaabacaaaabacaa".contains(turns))
    }

    @Test(
        "weighted_round_robin keeps to the weights far better than chance, however uneven they are",
        arguments: [[1, 2, 4], [1, 100], [1, 1, 1, 0], [3, 1_000_000], [0]] as [[UInt32]])
    func even(weights: [UInt32]) throws {
        let listed = Fleet.endpoints(300, weights: weights)
        let shares = listed.map { weights == [0] ? 1 : Double($0.weight) }
        let (whole, picks) = (shares.reduce(0, +), 60_000)
        var fleet = try Fleet(.weightedRoundRobin, listed)
        for (count, share) in zip(fleet.tally(picks, listed), shares) {
            let expected = share / whole * Double(picks)
            #expect(abs(Double(count) - expected) <= 8 + 0.02 * expected)
            if share == 0 { #expect(count == 0) }
        }
    }

    @Test("an alias table gives exactly the weights", arguments: [[1], [1, 3], [0.25, 0.5, 4, 1e-3], [1, 1e9, 7]])
    func alias(weights: [Double]) {
        let table = AliasTable(weights)
        var counts = [Double](repeating: 0, count: weights.count)
        let points = 1 << 16
        for point in 0..<points { counts[table.number(at: UInt64(point) << 48 | 1 << 47)] += 1 }
        let whole = weights.reduce(0, +)
        for (count, weight) in zip(counts, weights) {
            #expect(abs(count / Double(points) - weight / whole) < 4 / Double(points) * Double(weights.count))
        }
    }

    @Test("least_request compares different endpoints, gRPC's may draw one twice")
    func draws() throws {
        let listed = Fleet.endpoints(2)
        for (choice, share) in [
            (LoadBalancing.leastRequest(), 0.0), (.init(policy: "least_request_experimental"), 0.25),
        ] {
            var fleet = try Fleet(choice, listed)
            guard let busy = fleet.start()?.subchannel.endpoint else { return #expect(Bool(false)) }
            let counts = fleet.tally(20_000, listed)
            let onBusy = counts[listed[0] == busy ? 0 : 1]
            #expect(fits([onBusy, 20_000 - onBusy], [share, 1 - share]))
        }
    }

    @Test("with as many choices as endpoints least_request finds the least loaded, by weight")
    func allChoices() throws {
        let listed = Fleet.endpoints(6, weights: [1, 2])
        var fleet = try Fleet(.leastRequest(choices: 6), listed)
        for _ in 0..<900 { _ = fleet.start() }
        let inFlight = fleet.subchannels.map { fleet.cell.slots.inFlight($0.id) }
        for (count, endpoint) in zip(inFlight, listed) { #expect(abs(count - 100 * Int(endpoint.weight)) <= 1) }
    }

    @Test("the fewer of two choices spread calls much better than one")
    func twoChoices() throws {
        let listed = Fleet.endpoints(100)
        var fleet = try Fleet(.leastRequest(), listed)
        for _ in 0..<10_000 { _ = fleet.start() }
        let most = fleet.subchannels.map { fleet.cell.slots.inFlight($0.id) }.max()
        #expect(most.map { $0 <= 106 } == true)
    }

    @Test(
        "configs are read with gRPC's bounds, and an error names the field",
        arguments: [
            ("least_request", #"{"choiceCount": 1}"#, "least_request.choiceCount is 1: expected a whole number from 2"),
            ("least_request_experimental", #"{"choiceCount": "x"}"#, "choiceCount is \"x\""),
            (
                "ring_hash", #"{"minRingSize": 9, "maxRingSize": 8}"#,
                "minRingSize is 9: expected at most maxRingSize, which is 8"
            ),
            ("ring_hash_experimental", #"{"maxRingSize": 8388609}"#, "from 0 to 8388608"),
            ("ring_hash_experimental", #"{"requestHashHeader": "user-bin"}"#, "does not end in -bin"),
            ("ring_hash", #"{"requestHashHeader": "a b"}"#, "requestHashHeader is \"a b\""),
            ("maglev", #"{"tableSize": 65536}"#, "tableSize is 65536: expected a prime number"),
            ("rendezvous", #"{"boundedLoadFactor": 0.5}"#, "boundedLoadFactor is 0.5: expected a number from 1"),
            ("source_hash", #"{"header": 7}"#, "source_hash.header is 7: expected a string"),
            ("weighted_round_robin", #"{"errorUtilizationPenalty": -1}"#, "errorUtilizationPenalty is -1"),
            ("weighted_round_robin", #"{"blackoutPeriod": 10}"#, "blackoutPeriod is 10: expected a duration"),
        ])
    func invalid(name: String, json: String, message: String) throws {
        let choice = try LoadBalancing(policy: name, json: json)
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("gRPC's defaults and caps hold")
    func defaults() throws {
        #expect(LeastRequestConfiguration().choiceCount == 2)
        let json = #"{"choiceCount": 100, "weightUpdatePeriod": "0.01s", "minRingSize": 5000, "maxRingSize": 9000}"#
        var fields = try ConfigFields(JSONValue(parsing: json))
        #expect(try LeastRequestConfiguration(reading: &fields).choiceCount == 10)
        #expect(try WeightedRoundRobinConfiguration(reading: &fields).weightUpdatePeriod == .milliseconds(100))
        let sizes = try RingHashExperimentalConfiguration(reading: &fields).sizes
        #expect(sizes.minimum == 4096 && sizes.maximum == 4096)
        #expect(RingHashExperimentalConfiguration().sizes == .standard)
        #expect(RingHashConfiguration().sizes == nil)
    }
}
