// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite struct ExplanationTests {
    private static func explain(
        _ fleet: Fleet, hash: UInt64? = nil, choice: SubchannelID? = nil, tried: [SubchannelID] = []
    ) -> PickExplanation {
        var context = PickContext(testMethod, hash: hash)
        context.time = fleet.time
        for id in tried { context.attempted(id) }
        return fleet.cell.explain(&context, choice: choice) { Endpoint.Identity($0.endpoint.addresses) }
    }

    /// For policies by key the candidates are those that the key may go to: the choice for the same key is the same.
    private static let byKey: Set = [
        "auto", "maglev", "rendezvous", "ring_hash", "ring_hash_experimental", "source_hash",
    ]

    @Test(
        "agrees with the pick, whatever has happened before: the choice is a candidate, and is the same for the same key",
        arguments: EveryPolicyTests.names, [1, 2] as [UInt64])
    func agreement(policy: String, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var fleet = try Fleet(sample(policy), Fleet.endpoints(12, weights: [1, 2]), seed: seed)
        var inFlight: [PickToken] = []
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                guard let id = fleet.subchannels.randomElement(using: &random)?.id else { continue }
                fleet.set(id, fleet.ready.contains(id) ? .idle : .ready)
            case 1: fleet.advance(by: .milliseconds(Int64.random(in: 1...800, using: &random)))
            case 2..<5:
                guard let index = inFlight.indices.randomElement(using: &random) else { continue }
                let load = ServerLoad(inFlight: UInt32(index), latency: 0.02, serviceTime: 0.01)
                fleet.end(inFlight.remove(at: index), seconds: 0.01, load: load)
            default:
                let hash = random.next()
                let before = ExplanationTests.explain(fleet, hash: hash)
                guard let (subchannel, token) = fleet.start(hash: hash) else {
                    #expect(before.choice == nil && before.problem != nil)
                    continue
                }
                inFlight.append(token)
                let identity = Endpoint.Identity(subchannel.endpoint.addresses)
                if ExplanationTests.byKey.contains(policy) { #expect(before.choice == identity) }
                let after = ExplanationTests.explain(fleet, hash: hash, choice: token.id)
                #expect(after.choice == identity && after.problem == nil)
                for candidate in [before.candidates, after.candidates].joined() {
                    #expect(fleet.isReady(candidate.endpoint))
                }
                #expect(before.candidates.contains { $0.endpoint == before.choice })
                #expect(after.candidates.allSatisfy { $0.state == .ready } && !after.candidates.isEmpty)
            }
        }
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

    @Test("says how parts share the calls, and what the others are doing")
    func parts() throws {
        let listed = (0..<4).map {
            Endpoint(.ipv4("10.0.0.\($0)", port: 443), locality: Locality(zone: $0 < 3 ? "a" : "b"))
        }
        var fleet = try Fleet(LoadBalancing(policy: "weighted_target"), listed)
        #expect(fleet.account.path == ["weighted_target", "round_robin"])
        #expect(
            ExplanationTests.explain(fleet).candidates.map(\.reason)
                == Array(repeating: "in part a, which gets 75 % of the calls", count: 3)
                + ["in part b, which gets 25 % of the calls"])
        fleet.set(fleet.subchannels[3].id, refused)
        let remark = try #require(fleet.account.remarks[listed[3].identity])
        #expect(ExplanationTests.explain(fleet).candidates.count == 3)
        #expect(remark == "in part b, which is TRANSIENT_FAILURE (connection refused)")
        let targets = #"{"targets": {"a": {"weight": 1, "childPolicy": [{"random": {}}]}}}"#
        fleet.reconfigure(try LoadBalancing(policy: "weighted_target", json: targets))
        fleet.connectAll()
        #expect(fleet.account.path == ["weighted_target", "random"])
        #expect(fleet.account.remarks[listed[3].identity] == "in part b, which gets no calls")
        let both =
            #"{"targets": {"a": {"weight": 1, "childPolicy": [{"random": {}}]}, "#
            + #""b": {"weight": 1, "childPolicy": [{"outlier_detection": {"childPolicy": [{"maglev": {}}]}}]}}}"#
        fleet.reconfigure(try LoadBalancing(policy: "weighted_target", json: both))
        fleet.connectAll()
        #expect(fleet.account.path == ["weighted_target", "random | outlier_detection / maglev"])
    }

    @Test("says which priority is used, and which endpoints have others")
    func priorities() throws {
        let listed = (0..<3).map { Endpoint(.ipv4("10.0.0.\($0)", port: 443), priority: UInt8($0)) }
        var fleet = try Fleet(LoadBalancing(policy: "priority"))
        fleet.update(listed)
        fleet.set(fleet.subchannels[0].id, .ready)
        #expect(fleet.account.path == ["priority", "round_robin"])
        #expect(fleet.account.remarks[listed[1].identity] == "of priority 1: calls go to 0")
        fleet.set(fleet.subchannels[0].id, refused)
        fleet.set(fleet.subchannels[1].id, .ready)
        #expect(fleet.account.remarks[listed[2].identity] == "of priority 2: calls go to 1")
        #expect(fleet.account.remarks[listed[0].identity]?.contains("of priority 0") == true)
        let one = #"{"children": {"a": {"config": [{"random": {}}]}}, "priorities": ["a"]}"#
        fleet.reconfigure(try LoadBalancing(policy: "priority", json: one))
        #expect(fleet.account.path == ["priority", "random"])
        #expect(fleet.account.remarks[listed[2].identity] == "of no priority")
    }

    @Test("an explanation reads well")
    func text() {
        let explanation = PickExplanation(
            policy: ["subsetting", "auto"], publication: 7,
            candidates: [
                .init(
                    endpoint: Endpoint.Identity([.ipv4("10.0.0.1", port: 443)]), state: .ready, inFlight: 3,
                    latency: 0.01234, score: 0.5, reason: "in the pool"),
                .init(endpoint: Endpoint.Identity([.ipv4("10.0.0.2", port: 443)]), reason: "not in the subset"),
            ], choice: Endpoint.Identity([.ipv4("10.0.0.1", port: 443)]))
        #expect(
            explanation.description == """
                subsetting / auto chose 10.0.0.1:443 (publication 7)
                  10.0.0.1:443: READY, 3 in flight, 12.34 ms, score 0.5, in the pool
                  10.0.0.2:443: no connection, 0 in flight, not in the subset
                """)
    }
}
