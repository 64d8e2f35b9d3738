// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct RingHashExperimentalTests {
    private static let choice = LoadBalancing(policy: "ring_hash_experimental")
    private var fleet: Fleet

    init() throws { fleet = try Fleet(RingHashExperimentalTests.choice) }

    private static func state(_ letter: Character) -> ConnectivityState {
        switch letter {
        case "C": .connecting
        case "R": .ready
        case "T": refused
        default: .idle
        }
    }

    @Test(
        "the state of all follows from the states of each (gRFC A42)",
        arguments: [
            ("I", "IDLE"), ("C", "CONNECTING"), ("R", "READY"), ("T", "TRANSIENT_FAILURE"), ("III", "IDLE"),
            ("RTT", "READY"), ("RIC", "READY"), ("TTC", "TRANSIENT_FAILURE"), ("TTI", "TRANSIENT_FAILURE"),
            ("ICI", "CONNECTING"), ("TCI", "CONNECTING"), ("TI", "CONNECTING"), ("TII", "CONNECTING"),
            ("TT", "TRANSIENT_FAILURE"),
        ])
    mutating func aggregation(states: String, expected: String) {
        fleet.update(Fleet.endpoints(states.count))
        for (subchannel, letter) in zip(fleet.subchannels, states) where letter != "I" {
            fleet.set(subchannel.id, RingHashExperimentalTests.state(letter))
        }
        #expect(fleet.state.description.hasPrefix(expected))
    }

    @Test("nothing connects until a call needs it, and then the endpoint of its key only")
    mutating func lazy() {
        fleet.update(Fleet.endpoints(5))
        #expect(fleet.connecting == [])
        #expect(fleet.pick(hash: someKeys[0]) == nil)
        #expect(fleet.connecting.count == 1)
        let id = fleet.connecting[0]
        fleet.set(id, .connecting)
        #expect(fleet.pick(hash: someKeys[0]) == nil)
        #expect(fleet.connecting.count == 1)
        fleet.set(id, .ready)
        #expect(
            fleet.pick(hash: someKeys[0]) == fleet.subchannels.first { $0.id == id }?.endpoint.addresses[0].description)
        #expect(fleet.connecting.count == 1)
    }

    @Test("a call with a key passes over endpoints that fail, waits for one that connects, and fails when all do")
    mutating func keyed() {
        fleet.update(Fleet.endpoints(3))
        _ = fleet.pick(hash: someKeys[0])
        let first = fleet.connecting[0]
        fleet.set(first, refused)
        // One was tried in its place at once, since nothing is ready.
        #expect(fleet.connecting.count == 2)
        fleet.set(fleet.connecting[1], .ready)
        _ = fleet.pick(hash: someKeys[0])
        for subchannel in fleet.subchannels where subchannel.id != first { fleet.set(subchannel.id, refused) }
        var context = PickContext(testMethod, hash: someKeys[0])
        guard case .fail(let error) = fleet.cell.pick(&context) else { return #expect(Bool(false)) }
        #expect(error.message.contains("any of 3 endpoints") && error.message.contains("connection refused"))
        // Failing until ready, though it reconnects.
        fleet.set(first, .idle)
        #expect(fleet.connecting.last == first)
        fleet.set(first, .connecting)
        #expect(fleet.pick(hash: someKeys[0]) == nil)
        fleet.set(first, .ready)
        #expect(fleet.pick(hash: someKeys[0]) != nil)
    }

    @Test("a call without a key goes to what is ready, and has one more connected, unless one is connecting")
    mutating func keyless() {
        fleet.update(Fleet.endpoints(10))
        fleet.set(fleet.subchannels[0].id, .ready)
        for _ in 0..<20 { #expect(fleet.pick() == fleet.subchannels[0].endpoint.addresses[0].description) }
        let wanted = Set(fleet.connecting)
        #expect(!wanted.isEmpty && !wanted.contains(fleet.subchannels[0].id))
        fleet.set(fleet.connecting[0], .connecting)
        let before = fleet.connecting.count
        for _ in 0..<20 { _ = fleet.pick() }
        #expect(fleet.connecting.count == before)
    }

    @Test("an endpoint that was tried is passed over for one that is ready, and taken when there is none")
    mutating func tried() {
        fleet.update(Fleet.endpoints(3))
        for subchannel in fleet.subchannels.prefix(2) { fleet.set(subchannel.id, .ready) }
        let ids = fleet.subchannels.prefix(2).map(\.id)
        for id in ids {
            #expect(fleet.start(tried: [id])?.subchannel.id != id)
        }
        #expect(fleet.start(tried: ids) != nil)
    }

    @Test("keys lie where gRPC has them")
    func compatible() throws {
        let listed = [3, 3, 4].enumerated().map { Endpoint(.ipv4("10.0.0.\($0 + 1)", port: 443), weight: $1) }
        for choice in [
            try LoadBalancing(policy: "ring_hash", json: #"{"minRingSize": 10, "maxRingSize": 20}"#),
            try LoadBalancing(policy: "ring_hash_experimental", json: #"{"minRingSize": 10, "maxRingSize": 20}"#),
        ] {
            var fleet = try Fleet(choice, listed)
            let keys = [
                "", "ada", "grace", "linus", "user-1", "user-2", "user-3", "10.1.2.3",
                "a longer key with more than thirty-two bytes in it",
            ]
            let found = keys.compactMap { fleet.pick(hash: XXHash64.hash($0))?.dropFirst(7).first }
            #expect(String(found) == "231322232")
        }
    }
}
