// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// Shares of parts: `weighted_target` and `locality`.
@Suite(.timeLimit(.minutes(2))) struct PartitionTests {
    private static let targets =
        #""a": {"weight": 1, "childPolicy": [{"round_robin": {}}]}, "b": {"weight": 3, "childPolicy": [{"random": {}}]}"#

    /// So many endpoints in zones a, b, c.
    private func zones(_ counts: Int..., weight: UInt32 = 1) -> [Endpoint] {
        zip(["a", "b", "c"], counts).flatMap { zone, count in
            (0..<count).map {
                Endpoint(
                    .ipv4("10.\(zone.utf8.first ?? 0).0.\($0)", port: 1), weight: weight, locality: Locality(zone: zone)
                )
            }
        }
    }

    private func byZone(_ fleet: inout Fleet, _ endpoints: [Endpoint], _ picks: Int = 12_000) -> [Int] {
        let counts = fleet.tally(picks, endpoints)
        return ["a", "b", "c"].map { zone in
            zip(endpoints, counts).reduce(0) { $0 + ($1.0.locality?.zone == zone ? $1.1 : 0) }
        }
    }

    private func locality(_ fields: String, _ endpoints: [Endpoint]) throws -> Fleet {
        try Fleet(LoadBalancing(policy: "locality", json: #"{"zone": "a"\#(fields)}"#), endpoints)
    }

    @Test(
        "targets share by weight, as far as they are ready",
        arguments: ["weighted_target", "weighted_target_experimental"])
    func targets(name: String) throws {
        let endpoints = zones(2, 4)
        let choice = try LoadBalancing(policy: name, json: #"{"targets": {\#(PartitionTests.targets)}}"#)
        var fleet = try Fleet(choice, endpoints)
        #expect(fits(byZone(&fleet, endpoints), [1, 3, 0]))
        for subchannel in fleet.subchannels.suffix(4) { fleet.set(subchannel.id, refused) }
        #expect(byZone(&fleet, endpoints, 100) == [100, 0, 0])
        // One that is ready again is enough for the whole share.
        fleet.set(fleet.subchannels[5].id, .ready)
        #expect(fits(byZone(&fleet, endpoints), [1, 3, 0]))
        for subchannel in fleet.subchannels { fleet.set(subchannel.id, refused) }
        #expect(fleet.state.isTransientFailure && fleet.state.description.contains("connection refused"))
        // One that tries again is failing still.
        for subchannel in fleet.subchannels { fleet.set(subchannel.id, .connecting) }
        #expect(fleet.state.isTransientFailure)
    }

    @Test("targets named in code share as those of a config do")
    func inCode() throws {
        let endpoints = zones(2, 4)
        let shares = [
            WeightedShare("a", weight: 1), WeightedShare("b", weight: 3, over: .random), WeightedShare("b", weight: 9),
        ]
        var fleet = try Fleet(.weightedTarget(shares[0], shares[1], shares[2]), endpoints)
        #expect(fits(byZone(&fleet, endpoints), [1, 3, 0]))
        fleet.reconfigure(.weightedTarget(over: .random))
        fleet.connectAll()
        #expect(fits(byZone(&fleet, endpoints), [2, 4, 0]))
        let unknown = LoadBalancing.weightedTarget(WeightedShare("a", weight: 1, over: LoadBalancing(policy: "none")))
        #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([unknown]) }
    }

    @Test("a target that comes gets its share, one that goes is dropped at once")
    func reconfigure() throws {
        let endpoints = zones(2, 2, 2)
        let c = #""c": {"weight": 4, "childPolicy": [{"round_robin": {}}]}"#
        let a = #""a": {"weight": 1, "childPolicy": [{"round_robin": {}}]}"#
        var fleet = try Fleet(
            LoadBalancing(policy: "weighted_target", json: #"{"targets": {\#(PartitionTests.targets)}}"#), endpoints)
        #expect(fleet.subchannels.count == 4)
        fleet.reconfigure(try LoadBalancing(policy: "weighted_target", json: #"{"targets": {\#(a), \#(c)}}"#))
        #expect(Set(fleet.subchannels.compactMap { $0.endpoint.locality?.zone }) == ["a", "c"])
        fleet.connectAll()
        #expect(fits(byZone(&fleet, endpoints), [1, 0, 4]))
    }

    @Test("without targets zones share by what is ready there")
    func zonesByWeight() throws {
        let endpoints = zones(1, 3)
        var fleet = try Fleet(LoadBalancing(policy: "weighted_target"), endpoints)
        #expect(fits(byZone(&fleet, endpoints), [1, 3, 0]))
        fleet.set(fleet.subchannels[3].id, refused)
        #expect(fits(byZone(&fleet, endpoints), [1, 2, 0]))
    }

    @Test(
        "calls stay in the zone as far as its share of the servers reaches",
        arguments: [
            // servers in a, b, c; more fields; shares
            ((4, 4, 4), "", [1, 0, 0]), ((6, 2, 2), "", [1, 0, 0]),
            // A fifth of the servers for a third of the clients; the rest to b, which has more than its third.
            ((2, 6, 2), "", [0.6, 0.4, 0]),
            ((2, 4, 4), "", [0.6, 0.2, 0.2]),
            ((2, 8, 0), #", "clientShare": 0.5"#, [0.4, 0.6, 0]), ((2, 8, 0), #", "clientShare": 0.2"#, [1, 0, 0]),
            // Too few, or none in the zone.
            ((1, 4, 0), "", [1, 4, 0]), ((1, 4, 0), #", "minSize": 5"#, [0.4, 0.6, 0]), ((0, 4, 4), "", [0, 1, 1]),
        ] as [((Int, Int, Int), String, [Double])])
    func shares(counts: (Int, Int, Int), fields: String, expected: [Double]) throws {
        let endpoints = zones(counts.0, counts.1, counts.2)
        var fleet = try locality(fields, endpoints)
        let tally = byZone(&fleet, endpoints)
        #expect(fits(tally, expected), "\(tally)")
    }

    @Test("calls spill over when servers of the zone are lost, and zones do not count when most are")
    func spillOver() throws {
        let endpoints = zones(4, 4, 4)
        var fleet = try locality("", endpoints)
        let all = fleet.subchannels
        // One of four is left: 1/9 of the servers for a third of the clients.
        for subchannel in all.prefix(3) { fleet.set(subchannel.id, refused) }
        #expect(fits(byZone(&fleet, endpoints), [1, 1, 1]))
        fleet.set(all[3].id, refused)
        #expect(fits(byZone(&fleet, endpoints), [0, 1, 1]))
        for subchannel in all.prefix(4) { fleet.set(subchannel.id, .ready) }
        #expect(byZone(&fleet, endpoints, 100) == [100, 0, 0])
        for subchannel in all.suffix(7) { fleet.set(subchannel.id, refused) }
        #expect(fits(byZone(&fleet, endpoints), [4, 1, 0]))
    }

    @Test("a retry goes to another zone when its own has nothing left to try")
    func retries() throws {
        var fleet = try locality("", zones(1, 6, 0))
        fleet.reconfigure(try LoadBalancing(policy: "locality", json: #"{"zone": "a", "clientShare": 0}"#))
        let only = fleet.subchannels[0].id
        for _ in 0..<50 {
            #expect(fleet.pick() == "10.97.0.0:1")
            #expect(fleet.pick(tried: [only])?.hasPrefix("10.98.") == true)
        }
    }

    @Test(
        "a config that is wrong says what is expected",
        arguments: [
            ("weighted_target_experimental", "{}", "targets is empty"),
            (
                "weighted_target", #"{"targets": {"a": {"weight": 0}}}"#,
                "targets.a.weight is 0: expected a whole number from 1"
            ),
            ("weighted_target", #"{"targets": {"a": {"weight": 1}}}"#, "targets.a: childPolicy is missing"),
            ("locality", #"{"clientShare": 1.5}"#, "clientShare is 1.5: expected a number from 0.0 to 1.0"),
        ])
    func errors(name: String, json: String, message: String) throws {
        let choice = try LoadBalancing(policy: name, json: json)
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
