// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import Testing

@testable import SkeinBalancing

/// What holds for every policy with a connection to each endpoint.
@Suite(.timeLimit(.minutes(10))) struct EveryPolicyTests {
    static let names = LoadBalancingRegistry.builtIn.names.filter { $0 != "pick_first" }

    @Test("an endpoint that a call has tried is chosen again only when it has tried all", arguments: names)
    func tried(name: String) throws {
        var fleet = try Fleet(sample(name), Fleet.endpoints(4, weights: [1, 2, 1, 9]))
        for round in 0..<200 {
            var tried: [SubchannelID] = []
            for _ in 0..<4 {
                guard let (subchannel, token) = fleet.start(hash: someKeys[round], tried: tried) else {
                    return #expect(Bool(false), "nothing picked after \(tried)")
                }
                #expect(!tried.contains(subchannel.id))
                tried.append(subchannel.id)
                fleet.cell.slots.completed(token)
            }
            #expect(fleet.pick(hash: someKeys[round], tried: tried) != nil)
        }
    }

    @Test(
        """
        in any order of events what is not ready is never picked, no count is negative or stays, and no more is \
        published than has changed
        """,
        arguments: names, [1, 2] as [UInt64])
    func churn(name: String, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let most = name == "rendezvous" ? 64 : 200
        let pool = Fleet.endpoints(most, weights: [1, 0, 2])
        var fleet = try Fleet(sample(name), pool, seed: seed)
        var inFlight: [PickToken] = []
        for event in 0..<1500 {
            switch Int.random(in: 0..<40, using: &random) {
            case 0: fleet.update(Array(pool.shuffled(using: &random).prefix(Int.random(in: 0...most, using: &random))))
            case 1: fleet.fireTimer()
            case 2..<14:
                guard let subchannel = fleet.subchannels.randomElement(using: &random) else { continue }
                let states: [ConnectivityState] = [.ready, .idle, refused, .connecting]
                let isReady = fleet.ready.contains(subchannel.id)
                fleet.set(subchannel.id, isReady ? .idle : states.randomElement(using: &random) ?? .ready)
            case 14..<24:
                guard let index = inFlight.indices.randomElement(using: &random) else { continue }
                fleet.cell.slots.completed(inFlight.remove(at: index))
            default:
                let hash = Bool.random(using: &random) ? random.next() : nil
                guard let (subchannel, token) = fleet.start(hash: hash) else { continue }
                #expect(fleet.ready.contains(subchannel.id))
                inFlight.append(token)
            }
            guard event % 50 == 0 else { continue }
            #expect(fleet.publications <= fleet.events)
            #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.inFlight($0.id) >= 0 })
        }
        for token in inFlight { fleet.cell.slots.completed(token) }
        #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.inFlight($0.id) == 0 })
        fleet.update(pool)
        fleet.connectAll()
        #expect(fleet.pick() != nil)
    }

    @Test(
        "1,000 endpoints that connect one after the other make far fewer pickers, and the first is there at once",
        arguments: names)
    func publications(name: String) throws {
        guard name != "rendezvous", name != "ring_hash_experimental" else { return }
        var fleet = try Fleet(sample(name))
        fleet.update(Fleet.endpoints(1000))
        fleet.set(fleet.subchannels[0].id, .ready)
        #expect(fleet.pick() == fleet.subchannels[0].endpoint.addresses[0].description)
        for subchannel in fleet.subchannels.dropFirst() { fleet.set(subchannel.id, .ready) }
        #expect(fleet.publications < 300)
        fleet.fireTimer()
        var seen: Set<String?> = []
        for _ in 0..<15_000 { seen.insert(fleet.pick()) }
        #expect(seen.count > 990)
    }

    @Test("a removed or lost endpoint among many is not picked from that moment on", arguments: names)
    func gone(name: String) throws {
        let listed = Fleet.endpoints(name == "rendezvous" ? 64 : 500)
        var fleet = try Fleet(sample(name), listed)
        let lost = fleet.subchannels[5]
        fleet.set(lost.id, .idle)
        fleet.update(Array(listed.dropLast()))
        let gone = [lost.endpoint, listed[listed.count - 1]].map { $0.addresses[0].description }
        for _ in 0..<1000 { #expect(!gone.contains(fleet.pick(hash: nil) ?? "")) }
    }

    @Test("no endpoints, and the same one many times, are handled", arguments: names)
    func extremes(name: String) throws {
        var fleet = try Fleet(sample(name))
        fleet.update([])
        #expect(fleet.state.isTransientFailure && fleet.pick() == nil)
        let one = Fleet.endpoints(1)
        fleet.update(one + one + one)
        #expect(fleet.subchannels.count == 1)
        fleet.connectAll()
        #expect(fleet.pick() == "10.0.0.0:443")
        fleet.update([])
        #expect(fleet.state.isTransientFailure && fleet.pick() == nil)
    }

    @Test(
        "what is known of an endpoint survives that its connection is lost and others come and go", arguments: names)
    func statistics(name: String) throws {
        var fleet = try Fleet(sample(name), Fleet.endpoints(3))
        let kept = fleet.subchannels[1]
        var inFlight: [PickToken] = []
        for round in 0..<60 as Range<UInt64> {
            guard let (subchannel, token) = fleet.start(hash: someKeys[Int(round)]) else { return #expect(Bool(false)) }
            if round % 2 == 0 || subchannel.id != kept.id {
                fleet.end(token, seconds: 0.25, load: ServerLoad(inFlight: 3, latency: 0.2, serviceTime: 0.1))
            } else {
                inFlight.append(token)
            }
        }
        #expect(!inFlight.isEmpty)
        let slot = fleet.cell.slots.slot(kept.id.slot)
        let (latency, outcomes) = (slot.pointee.peakLatency, slot.pointee.outcomes)
        #expect(latency.isKnown && outcomes.successes > 0)
        fleet.set(kept.id, .idle)
        fleet.update(Array(Fleet.endpoints(6).dropFirst()))
        fleet.set(kept.id, .connecting)
        fleet.set(kept.id, .ready)
        fleet.connectAll()
        #expect(fleet.subchannels.contains { $0.id == kept.id })
        #expect(fleet.cell.slots.inFlight(kept.id) == inFlight.count)
        #expect(slot.pointee.peakLatency == latency && slot.pointee.outcomes.successes == outcomes.successes)
        #expect(slot.pointee.load?.0.inFlight == 3)
        for token in inFlight { fleet.cell.slots.completed(token) }
        #expect(fleet.cell.slots.inFlight(kept.id) == 0)
    }

    /// Each in `make test-long`, where maglev and the rings take minutes to be made.
    private static let most = ProcessInfo.processInfo.environment["SKEIN_ENDPOINTS"].flatMap(Int.init)

    @Test("100,000 endpoints can be chosen from", arguments: names.filter { $0 != "rendezvous" })
    func many(name: String) throws {
        var fleet = try Fleet(sample(name))
        fleet.update(Fleet.endpoints(EveryPolicyTests.most ?? (name == "random" ? 100_000 : 2_000)))
        for subchannel in fleet.subchannels.prefix(2_000) { fleet.set(subchannel.id, .ready) }
        fleet.fireTimer()
        let chosen = Set((0..<1000).compactMap { _ in fleet.pick() }).count
        // gRPC's ring has 4,096 places at most, however many endpoints there are.
        #expect(chosen > (name == "ring_hash_experimental" ? 50 : 500))
    }
}
