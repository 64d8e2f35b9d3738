// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// Ejection around every policy, in any order of events.
@Suite(.timeLimit(.minutes(10))) struct EjectionChurnTests {
    static let children = LoadBalancingRegistry.builtIn.names.filter {
        $0 != "pick_first" && !$0.hasPrefix("outlier_detection") && !$0.contains("subsetting")
    }

    private func choice(_ child: String) throws -> LoadBalancing {
        var configuration = OutlierDetectionConfiguration()
        configuration.child = sample(child)
        configuration.ejectsFailing = true
        configuration.outliers.interval = .seconds(2)
        configuration.outliers.failurePercentage = .init(
            threshold: 50, sample: .init(enforcementPercentage: 80, minimumHosts: 3, requestVolume: 5))
        return LoadBalancing(policy: "outlier_detection", configuration: configuration)
    }

    @Test(
        "what is not ready is never picked, what is ejected only in panic, and no count is negative or stays",
        arguments: children, [2, 3] as [UInt64])
    func churn(name: String, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pool = Fleet.endpoints(12)
        var fleet = try Fleet(choice(name), pool, seed: seed)
        var inFlight: [PickToken] = []
        var seenEjected = 0
        for event in 0..<4000 {
            switch Int.random(in: 0..<60, using: &random) {
            case 0:
                fleet.update(Array(pool.shuffled(using: &random).prefix(Int.random(in: 6...12, using: &random))))
                for subchannel in fleet.subchannels where !fleet.ready.contains(subchannel.id) {
                    fleet.set(subchannel.id, .connecting)
                }
            case 1: fleet.advance(by: .milliseconds(Int64.random(in: 0...3000, using: &random)))
            case 2: move(&fleet, &random)
            case 3..<30:
                guard let index = inFlight.indices.randomElement(using: &random) else { continue }
                let token = inFlight.remove(at: index)
                // The first few fail for a while, then others.
                let fails = token.id.slot % 6 == UInt32(event / 1000)
                fleet.end(token, fails ? .fault : .success, latency: 0.01)
            default:
                let usable = fleet.ready.filter { fleet.cell.slots.isPickable($0) }
                seenEjected = max(seenEjected, fleet.hidden)
                guard let (subchannel, token) = fleet.start(hash: random.next()) else { continue }
                #expect(usable.contains(subchannel.id))
                // Panic hides nobody; without it, at least half can be picked.
                #expect(fleet.hidden == 0 || 2 * usable.count >= fleet.subchannels.count)
                inFlight.append(token)
            }
            guard event % 50 == 0 else { continue }
            #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.inFlight($0.id) >= 0 })
            #expect(fleet.hidden <= max(1, fleet.subchannels.count / 2))
        }
        #expect(seenEjected > 0)
        for token in inFlight { fleet.end(token, .success) }
        #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.inFlight($0.id) == 0 })
        fleet.update(pool)
        fleet.connectAll()
        #expect(fleet.pick() != nil)
        fleet.advance(by: .seconds(400))
        #expect(fleet.hidden == 0)
    }

    /// One subchannel does what a subchannel may do next.
    private func move(_ fleet: inout Fleet, _ random: inout SplitMix64) {
        guard let subchannel = fleet.subchannels.randomElement(using: &random) else { return }
        let isReady = fleet.ready.contains(subchannel.id)
        let others: [ConnectivityState] = [.ready, .ready, .ready, refused]
        fleet.set(subchannel.id, isReady ? .idle : others.randomElement(using: &random) ?? .ready)
        if isReady { fleet.set(subchannel.id, .connecting) }
    }

    @Test("ejecting and taking back is told to the policy inside, in the states that it knows")
    func states() throws {
        var fleet = try Fleet(choice("round_robin"), Fleet.endpoints(20))
        let publications = fleet.publications
        let bad = fleet.subchannels[0].id
        _ = fleet.calls(200, failingOn: [bad])
        #expect(fleet.publications == publications + 1)
        fleet.advance(by: .seconds(31))
        #expect(fleet.publications == publications + 2)
    }
}
