// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(5))) struct HashPolicyTests {
    static let all = ["ring_hash", "maglev", "rendezvous", "source_hash"]

    private func bounded(_ name: String) throws -> LoadBalancing {
        try LoadBalancing(policy: name, json: #"{"boundedLoadFactor": 1.25}"#)
    }

    @Test(
        "placement does not depend on the order of the endpoints, nor on the order in which they connect",
        arguments: all)
    func order(name: String) throws {
        var random = SplitMix64(seed: 3)
        let listed = Fleet.endpoints(40, weights: [1, 2, 3])
        var first = try Fleet(LoadBalancing(policy: name), listed)
        let expected = first.placement(someKeys)
        #expect(Set(expected).count == 40)
        for seed in 2...4 {
            var other = try Fleet(LoadBalancing(policy: name), listed.shuffled(using: &random), seed: UInt64(seed))
            #expect(other.placement(someKeys) == expected)
        }
    }

    @Test(
        "an endpoint that goes moves its own keys, and others no more than the policy's bound",
        arguments: [("ring_hash", 0.0), ("rendezvous", 0), ("source_hash", 0), ("maglev", 0.035)])
    func disruption(name: String, bound: Double) throws {
        for weights in [[1], [1, 2, 4]] as [[UInt32]] {
            let listed = Fleet.endpoints(30, weights: weights)
            var fleet = try Fleet(LoadBalancing(policy: name), listed)
            let before = fleet.placement(someKeys)
            fleet.update(Array(listed[..<11] + listed[12...]))
            let gone = listed[11].addresses[0].description
            let after = fleet.placement(someKeys)
            #expect(!after.contains(gone) && !after.contains(nil))
            let moved = zip(before, after).count { $0 != $1 && $0 != gone }
            #expect(Double(moved) <= bound * Double(someKeys.count), "\(moved) moved")
            fleet.update(listed)
            fleet.connectAll()
            #expect(fleet.placement(someKeys) == before)
        }
    }

    @Test("keys of an endpoint that is not ready go elsewhere, all others stay, and they come back", arguments: all)
    func reconnects(name: String) throws {
        var fleet = try Fleet(LoadBalancing(policy: name), Fleet.endpoints(20))
        let before = fleet.placement(someKeys)
        let lost = fleet.subchannels[7]
        let address = lost.endpoint.addresses[0].description
        fleet.set(lost.id, .idle)
        let without = fleet.placement(someKeys)
        #expect(!without.contains(address) && !without.contains(nil))
        #expect(zip(before, without).allSatisfy { $0 == $1 || $0 == address })
        fleet.set(lost.id, .ready)
        fleet.fireTimer()
        #expect(fleet.placement(someKeys) == before)
    }

    @Test(
        "keys fall to endpoints by their weights; weight 0 gets none, and all get the same when all are 0",
        arguments: all)
    func weights(name: String) throws {
        let listed = Fleet.endpoints(4, weights: [1, 3, 0, 4])
        var fleet = try Fleet(LoadBalancing(policy: name), listed)
        let counts = fleet.tally(20_000, listed).map(Double.init)
        #expect(counts[2] == 0)
        for (count, share) in zip(counts, [0.125, 0.375, 0, 0.5]) { #expect(abs(count / 20_000 - share) < 0.08) }
        let zeros = Fleet.endpoints(4, weights: [0])
        var equal = try Fleet(LoadBalancing(policy: name), zeros)
        #expect(equal.tally(20_000, zeros).allSatisfy { abs(Double($0) / 20_000 - 0.25) < 0.08 })
    }

    @Test("rendezvous places keys in exact proportion to the weights", arguments: [[1], [1, 2, 5], [3, 3, 4, 1000]])
    func exact(weights: [UInt32]) throws {
        let listed = Fleet.endpoints(12, weights: weights)
        var fleet = try Fleet(.rendezvous(), listed)
        #expect(fits(fleet.tally(30_000, listed), listed.map { Double($0.weight) }))
    }

    @Test("the natural logarithm of ours is that of the textbooks")
    func logarithm() {
        for (x, expected) in [
            (0.5, 0.693_147_180_559_945), (1e-3, 6.907_755_278_982_137), (0.999, 0.001_000_500_333_583_5),
        ] {
            #expect(abs(Draws.negativeLogarithm(x) - expected) < 1e-8)
        }
    }

    @Test("maglev's entries are shared out evenly, and by weight")
    func maglevShares() {
        for (count, weights) in [(3, [1]), (100, [1]), (5000, [1]), (4, [1, 2, 4])] as [(Int, [UInt32])] {
            let endpoints = (0..<count).map { PlacedEndpoint(key: "e\($0)", weight: weights[$0 % weights.count]) }
            let owners = MaglevTable(endpoints, MaglevConfiguration()).owners
            var shares = [Int](repeating: 0, count: count)
            for owner in owners { shares[owner] += 1 }
            let whole = Double(endpoints.reduce(0) { $0 + Int($1.weight) })
            for (share, endpoint) in zip(shares, endpoints) {
                #expect(abs(Double(share) - Double(owners.count) * Double(endpoint.weight) / whole) <= 1)
            }
        }
    }

    @Test("with bounded loads a hot key overflows to the next, and none takes more than its share", arguments: all)
    func boundedLoads(name: String) throws {
        let count = 10
        var fleet = try Fleet(try bounded(name), Fleet.endpoints(count))
        var inFlight: [String: Int] = [:]
        var tokens: [PickToken] = []
        for total in 0..<400 {
            guard let (subchannel, token) = fleet.start(hash: someKeys[0]) else { return #expect(Bool(false)) }
            let address = subchannel.endpoint.addresses[0].description
            let cap = max(8, Int((1.25 * Double(total + 1) / Double(count)).rounded(.up)))
            inFlight[address, default: 0] += 1
            #expect(inFlight[address] ?? 0 <= cap)
            tokens.append(token)
        }
        #expect(inFlight.count >= 8)
        for token in tokens { fleet.cell.slots.completed(token) }
        // At low load the key stays where it belongs.
        let home = fleet.pick(hash: someKeys[0])
        let few = (0..<8).compactMap { _ in fleet.start(hash: someKeys[0])?.subchannel.endpoint.addresses[0].description
        }
        #expect(few == [String](repeating: home ?? "", count: 8))
    }

    @Test(
        "bounds go by what servers have in flight for all clients, as long as their reports are fresh",
        arguments: all + ["auto"])
    func reportedBounds(name: String) throws {
        var fleet = try Fleet(try bounded(name), Fleet.endpoints(5))
        let first = fleet.choose(hash: someKeys[0])
        let home = try #require(first)
        #expect(fleet.wantsReports)
        func report(home inFlight: UInt32, others: UInt32) {
            for number in 0..<5 { fleet.report(number, inFlight: number == home ? inFlight : others) }
        }
        // 16 in the mean: 1.25 times the share is 21.
        report(home: 40, others: 10)
        let other = fleet.choose(hash: someKeys[0])
        #expect(other != nil && other != home)
        report(home: 20, others: 15)
        #expect(fleet.choose(hash: someKeys[0]) == home)
        // Few calls are no reason to give a key up.
        report(home: 7, others: 0)
        #expect(fleet.choose(hash: someKeys[0]) == home)
        report(home: 40, others: 10)
        fleet.advance(by: .milliseconds(1100))
        #expect(fleet.choose(hash: someKeys[0]) == home)
        // One that is gone does not count in the mean any more, which falls from 30 to 12.5.
        report(home: 20, others: 10)
        fleet.report((home + 1) % 5, inFlight: 100)
        #expect(fleet.choose(hash: someKeys[0]) == home)
        let left = fleet.subchannels.map(\.endpoint).enumerated().filter { $0.offset != (home + 1) % 5 }
        let homeIdentity = fleet.subchannels[home].endpoint
        fleet.update(left.map(\.element))
        fleet.reclaim()
        #expect(fleet.start(hash: someKeys[0])?.subchannel.endpoint != homeIdentity)
    }

    @Test("bounds that come or go while calls are in flight count those, too")
    func boundsLater() throws {
        var fleet = try Fleet(.ringHash(), Fleet.endpoints(2))
        let early = (0..<100).compactMap { _ in fleet.start(hash: someKeys[0])?.token }
        fleet.reconfigure(.ringHash(loadFactor: 1))
        #expect(fleet.pick(hash: someKeys[0]) != nil)
        let next = fleet.start(hash: someKeys[0])
        #expect(next?.token.id != early[0].id)
        for token in early { fleet.cell.slots.completed(token) }
        if let next { fleet.cell.slots.completed(next.token) }
        #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.inFlight($0.id) == 0 })
        #expect(fleet.start(hash: someKeys[0])?.token.id == early[0].id)
    }

    @Test("calls are placed by a header, several values as one, else by their own key", arguments: all)
    func header(name: String) throws {
        let field = name == "source_hash" ? "header" : "requestHashHeader"
        let choice = try LoadBalancing(policy: name, json: #"{"\#(field)": "X-User"}"#)
        var fleet = try Fleet(choice, Fleet.endpoints(30))
        for user in ["ada", "grace", "linus"] {
            #expect(fleet.pick(hash: 7, metadata: ["x-user": .text(user)]) == fleet.pick(hash: XXHash64.hash(user)))
        }
        let two: Metadata = ["x-user": "ada", "x-user": "grace"]
        #expect(fleet.pick(metadata: two) == fleet.pick(hash: XXHash64.hash("ada,grace")))
        #expect(Set((0..<100).map { _ in fleet.pick() }).count > 10)
    }

    @Test("endpoints with one hash key both get calls; a new address under an old key takes its place")
    func hashKeys() throws {
        var listed = Fleet.endpoints(10)
        for index in listed.indices { listed[index].hashKey = "node-\(index)" }
        var fleet = try Fleet(.ringHash(), listed)
        let before = fleet.placement(someKeys)
        let old = listed[4].addresses[0].description
        listed[4].addresses = [.ipv4("192.168.0.1", port: 1)]
        fleet.update(listed)
        fleet.connectAll()
        #expect(fleet.placement(someKeys) == before.map { $0 == old ? "192.168.0.1:1" : $0 })
        listed[5].hashKey = "node-4"
        listed[6].hashKey = "node-4"
        fleet.update(listed)
        #expect(Set(fleet.placement(someKeys)).count == 10)
    }

    @Test("rendezvous refuses more than 64 endpoints and names maglev, until there are fewer")
    func tooMany() throws {
        var fleet = try Fleet(.rendezvous(), Fleet.endpoints(65))
        guard case .transientFailure(let error) = fleet.state else { return #expect(Bool(false)) }
        #expect(error.message == "place calls among 65 endpoints: rendezvous takes at most 64; use maglev")
        fleet.update(Fleet.endpoints(64))
        #expect(fleet.state.isReady)
        #expect(Set(fleet.placement(someKeys)).count == 64)
    }

    @Test("when few of many are ready, every key finds one", arguments: ["ring_hash", "maglev", "source_hash"])
    func fewReady(name: String) throws {
        var fleet = try Fleet(LoadBalancing(policy: name))
        fleet.update(Fleet.endpoints(300))
        for subchannel in fleet.subchannels.prefix(3) { fleet.set(subchannel.id, .ready) }
        #expect(Set(fleet.placement(someKeys)).count == 3)
        #expect(!fleet.placement(someKeys).contains(nil))
    }
}
