// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct SubsettingTests {
    private func fleet(
        _ name: String, _ fields: String, _ endpoints: [Endpoint], seed: UInt64 = 1
    ) throws -> Fleet {
        let json = #"{\#(fields), "childPolicy": [{"round_robin": {}}]}"#
        return try Fleet(LoadBalancing(policy: name, json: json), endpoints, seed: seed)
    }

    private func used(_ fleet: Fleet) -> Set<Endpoint> { Set(fleet.subchannels.map(\.endpoint)) }

    @Test("gRPC's own uses the endpoints whose first addresses have the lowest hashes with its seed")
    func random() {
        let endpoints = (1...6).map { endpoint("10.0.0.\($0):1 10.1.0.\($0):1") }
        for seed in [0, 1, 12_345] as [UInt64] {
            var subset = Subset(.random(seed: seed), size: 3, replacesFailing: false)
            subset.update(endpoints)
            let expected = endpoints.sorted {
                XXHash64.hash($0.addresses[0].description, seed: seed)
                    < XXHash64.hash($1.addresses[0].description, seed: seed)
            }
            #expect(subset.members == Array(expected.prefix(3)))
        }
    }

    @Test(
        "a subset has as many endpoints as it says, all if there are no more, and moves one for each that comes or goes",
        arguments: ["subsetting", "random_subsetting_experimental"])
    func sizes(name: String) throws {
        let all = Fleet.endpoints(30)
        for seed in 1...20 as ClosedRange<UInt64> {
            var fleet = try fleet(name, #""subsetSize": 8"#, all, seed: seed)
            let before = used(fleet)
            #expect(before.count == 8)
            let gone = before.randomElement()!
            fleet.update(all.filter { $0 != gone })
            #expect(used(fleet).count == 8)
            #expect(used(fleet).isSuperset(of: before.subtracting([gone])))
            fleet.update(all)
            #expect(used(fleet) == before)
            fleet.update(all.reversed())
            #expect(used(fleet) == before)
            fleet.update(Array(all.prefix(8)))
            #expect(used(fleet) == Set(all.prefix(8)))
            fleet.update(Array(all.prefix(3)))
            #expect(used(fleet) == Set(all.prefix(3)))
        }
    }

    @Test("clients that draw differ, and use each endpoint about equally often")
    func uniform() throws {
        var counts: [Endpoint: Int] = [:]
        let all = Fleet.endpoints(50)
        for seed in 1...500 as ClosedRange<UInt64> {
            let fleet = try fleet("random_subsetting_experimental", #""subsetSize": 5"#, all, seed: seed)
            for endpoint in used(fleet) { counts[endpoint, default: 0] += 1 }
        }
        // Without replacement: a little more even than the test allows.
        #expect(fits(all.map { counts[$0] ?? 0 }, Array(repeating: 1, count: 50)))
    }

    @Test(
        "clients that know their number give every endpoint as many connections as any other, and few move",
        arguments: [(100, 300, 90), (100, 100, 20), (10, 100, 20), (300, 100, 20), (7, 30, 10)])
    func ring(clients: Int, endpoints: Int, size: Int) {
        let all = Fleet.endpoints(endpoints)
        var counts: [Endpoint: Int] = [:]
        var moved = 0
        for client in 0..<clients {
            var subset = Subset(.ring(ordinal: client, clients: clients), size: size)
            subset.update(all)
            let before = Set(subset.members)
            for endpoint in before { counts[endpoint, default: 0] += 1 }
            subset.update(all.filter { $0 != all[endpoints / 2] })
            moved += Set(subset.members).subtracting(before).count
        }
        let most = counts.values.max() ?? 0
        let mean = Double(clients * size) / Double(endpoints)
        #expect(counts.count == endpoints)
        #expect(Double(most) <= mean.rounded(.up) && Double(counts.values.min() ?? 0) >= mean.rounded(.down))
        #expect(Double(moved) / Double(clients) <= 1.5, "\(moved)")
    }

    @Test("without the number of clients, any number of them is spread")
    func vanDerCorput() {
        #expect((0..<8).map { Subset.start($0, of: nil, among: 8) } == [0, 4, 2, 6, 1, 5, 3, 7])
        var counts: [Endpoint: Int] = [:]
        let all = Fleet.endpoints(300)
        for client in 0..<100 {
            var subset = Subset(.ring(ordinal: client, clients: nil), size: 90)
            subset.update(all)
            for endpoint in subset.members { counts[endpoint, default: 0] += 1 }
        }
        #expect(counts.values.min() == 29 && counts.values.max() == 32)
    }

    @Test(
        "how many to use of so many endpoints for so many clients",
        arguments: [
            (50, 1000, nil), (51, 1000, 20), (100, 100, 20), (300, 100, 60), (1000, 10, nil), (1000, 100, 200),
            (1000, 50_000, 20), (1000, nil, nil), (1000, 33, 607), (1000, Int.max, 20),
        ] as [(Int, Int?, Int?)])
    func sizeRule(endpoints: Int, clients: Int?, size: Int?) {
        #expect(Subset.size(endpoints: endpoints, clients: clients) == size)
    }

    @Test("a start is found for any number of clients")
    func mostClients() {
        #expect(Subset.start(Int.max - 1, of: Int.max, among: 8) == 7)
        #expect(Subset.start(Int.max / 2, of: Int.max, among: 1000) == 499)
    }

    @Test("of members that all fail, as many are replaced as there are others, and the rest waits for them")
    func spare() {
        var subset = Subset(.random(seed: 1), size: 1000)
        subset.update(Fleet.endpoints(1010))
        let (members, now) = (subset.members, ContinuousClock.now)
        for member in members { _ = subset.note(member.identity, refused, at: now) }
        #expect(subset.due == now + .seconds(10))
        let isChanged = subset.pass(to: now + .seconds(10))
        #expect(isChanged && subset.members.count == 1000)
        #expect(Set(subset.members).subtracting(members).count == 10)
        #expect(subset.due == now + .seconds(70))
    }

    @Test("a member that fails for over 10 seconds is replaced, tried again in addition, and has its place when ready")
    func failing() throws {
        var fleet = try fleet("subsetting", #""subsetSize": 4"#, Fleet.endpoints(20))
        let members = used(fleet)
        let bad = fleet.subchannels[1]
        fleet.set(bad.id, refused)
        fleet.advance(by: .milliseconds(9_900))
        #expect(used(fleet) == members)
        // A moment in which it connects and fails again changes nothing.
        fleet.set(bad.id, .idle)
        fleet.set(bad.id, refused)
        fleet.advance(by: .milliseconds(200))
        #expect(used(fleet).count == 4 && !used(fleet).contains(bad.endpoint))
        fleet.connectAll()
        fleet.advance(by: .seconds(60))
        #expect(used(fleet).isSuperset(of: members) && used(fleet).count == 5)
        // It fails still: for two minutes nobody tries.
        let again = try #require(fleet.subchannels.first { $0.endpoint == bad.endpoint })
        fleet.set(again.id, refused)
        fleet.advance(by: .seconds(11))
        #expect(used(fleet).count == 4)
        fleet.advance(by: .seconds(110))
        #expect(used(fleet).count == 4)
        fleet.advance(by: .seconds(10))
        #expect(used(fleet).count == 5)
        fleet.connectAll()
        #expect(used(fleet) == members)
    }

    @Test("when all fail, as many as there should be are tried at any time")
    func allFailing() throws {
        var fleet = try fleet("subsetting", #""subsetSize": 4"#, Fleet.endpoints(6))
        for _ in 0..<200 {
            for subchannel in fleet.subchannels { fleet.set(subchannel.id, refused) }
            fleet.advance(by: .seconds(7))
            #expect(fleet.subchannels.count >= 4)
        }
        fleet.connectAll()
        #expect(fleet.subchannels.count >= 4 && fleet.pick() != nil)
    }

    @Test("gRPC's own keeps a member that fails")
    func keeps() throws {
        var fleet = try fleet("random_subsetting_experimental", #""subsetSize": 4"#, Fleet.endpoints(20))
        let members = used(fleet)
        fleet.set(fleet.subchannels[1].id, refused)
        fleet.advance(by: .seconds(100))
        #expect(used(fleet) == members)
    }

    @Test(
        "a config that is wrong says what is expected",
        arguments: [
            ("random_subsetting_experimental", #"{"childPolicy": [{"random": {}}]}"#, "subsetSize is missing"),
            (
                "random_subsetting_experimental", #"{"subsetSize": 0, "childPolicy": [{"random": {}}]}"#,
                "subsetSize is 0"
            ),
            ("random_subsetting_experimental", #"{"subsetSize": 5}"#, "childPolicy is missing"),
            ("subsetting", #"{"subsetSize": 0}"#, "subsetSize is 0: expected a whole number from 1"),
            (
                "subsetting", #"{"clientCount": 5, "clientOrdinal": 5}"#,
                "clientOrdinal is 5: expected a whole number from 0 to 4"
            ),
            (
                "subsetting", #"{"childPolicy": [{"maglev": {}}]}"#,
                "childPolicy is maglev, which sends calls with the same key"
            ),
            (
                "subsetting", #"{"childPolicy": [{"outlier_detection": {"childPolicy": [{"ring_hash": {}}]}}]}"#,
                "childPolicy is outlier_detection, which"
            ),
        ])
    func errors(name: String, json: String, message: String) throws {
        let choice = try LoadBalancing(policy: name, json: json)
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
