// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite struct ExplanationTests {
    private static func explain(
        _ fleet: Fleet, hash: UInt64? = nil, tried: [SubchannelID] = []
    ) -> PickExplanation {
        var context = PickContext(testMethod, hash: hash)
        context.time = fleet.time
        for id in tried { context.attempted(id) }
        return fleet.cell.explain(&context) { Endpoint.Identity($0.endpoint.addresses) }
    }

    @Test(
        "names the choice among the candidates, and counts nothing as started",
        arguments: ["round_robin", "random", "least_request", "p2c_peak_ewma", "prequal", "expected_delay", "auto"])
    func choice(policy: String) throws {
        let fleet = try Fleet(LoadBalancing(policy: policy), Fleet.endpoints(5))
        for _ in 0..<20 {
            let explanation = ExplanationTests.explain(fleet)
            let choice = try #require(explanation.choice)
            #expect(explanation.candidates.count == 5)
            #expect(explanation.candidates.contains { $0.endpoint == choice })
            #expect(explanation.publication > 0)
        }
        #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.started($0.id) == 0 })
    }

    @Test("shows what is in flight, what was measured and what the policy compares; the lowest score is chosen")
    func scores() throws {
        var fleet = try Fleet(LoadBalancing(policy: "p2c_peak_ewma"), Fleet.endpoints(2))
        for _ in 0..<20 {
            guard let (subchannel, token) = fleet.start() else { break }
            fleet.end(token, .success, seconds: subchannel.id.slot == 0 ? 1 : 0.01)
        }
        _ = fleet.start()
        let explanation = ExplanationTests.explain(fleet)
        let best = try #require(explanation.candidates.min { ($0.score ?? 0) < ($1.score ?? 0) })
        #expect(best.endpoint == explanation.choice)
        #expect(explanation.candidates.map(\.inFlight).reduce(0, +) == 1)
        #expect(explanation.candidates.allSatisfy { $0.latency != nil && $0.reason.isEmpty })
    }

    @Test("says which servers report, which are hot, and which were tried")
    func reasons() throws {
        let fleet = try Fleet(LoadBalancing(policy: "expected_delay"), Fleet.endpoints(10))
        for round in 0..<40 {
            for number in 0..<8 { fleet.report(number, inFlight: UInt32(1 + round % 2)) }
        }
        fleet.report(8, inFlight: 50)
        let tried = fleet.subchannels[3].id
        let explanation = ExplanationTests.explain(fleet, tried: [tried])
        let reasons = explanation.candidates.map(\.reason)
        #expect(reasons[3].hasPrefix("tried before"))
        #expect(reasons[8].hasSuffix("50 in flight on the server, hot") || reasons[8] == "reports, not in the pool")
        #expect(reasons[9] == "does not report")
        #expect(reasons.contains { $0.contains("in the pool") })
    }

    @Test(
        "says where a key belongs, and why it goes elsewhere", arguments: ["ring_hash", "maglev", "rendezvous", "auto"])
    func keys(policy: String) throws {
        var fleet = try Fleet(
            LoadBalancing(policy: policy, json: #"{"boundedLoadFactor": 1.25}"#), Fleet.endpoints(5))
        let chosen = fleet.choose(hash: someKeys[0])
        let owner = try #require(chosen)
        let before = ExplanationTests.explain(fleet, hash: someKeys[0])
        #expect(before.candidates.map(\.reason) == ["where the key belongs"])
        #expect(before.choice == Endpoint.Identity(fleet.subchannels[owner].endpoint.addresses))
        if policy == "auto" { return }
        for _ in 0..<30 { _ = fleet.start(hash: someKeys[0]) }
        let after = ExplanationTests.explain(fleet, hash: someKeys[0])
        #expect(
            after.candidates.map(\.reason) == [
                "where the key belongs, but over its bound", "the next that can take the key",
            ])
        #expect(after.choice == after.candidates.last?.endpoint)
    }

    @Test("a pick that waits or fails says why")
    func problems() throws {
        var fleet = try Fleet(.roundRobin)
        fleet.update(Fleet.endpoints(1))
        #expect(ExplanationTests.explain(fleet).problem == "the call waits: CONNECTING")
        fleet.set(fleet.subchannels[0].id, refused)
        #expect(ExplanationTests.explain(fleet).problem?.contains("connection refused") == true)
    }

    @Test("an explanation reads well")
    func text() {
        let explanation = PickExplanation(
            policy: ["subsetting", "auto"], publication: 7,
            candidates: [
                .init(
                    endpoint: Endpoint.Identity([.ipv4("10.0.0.1", port: 443)]), inFlight: 3, latency: 0.01234,
                    score: 0.5, reason: "in the pool"),
                .init(endpoint: Endpoint.Identity([.ipv4("10.0.0.2", port: 443)]), reason: "not in the subset"),
            ], choice: Endpoint.Identity([.ipv4("10.0.0.1", port: 443)]))
        #expect(
            explanation.description == """
                subsetting / auto chose 10.0.0.1:443 (publication 7)
                  10.0.0.1:443: 3 in flight, 12.34 ms, score 0.5, in the pool
                  10.0.0.2:443: 0 in flight, not in the subset
                """)
    }
}
