// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// gRPC's outlier detection (gRFC A50), under its own name and under ours.
@Suite(.timeLimit(.minutes(5))) struct OutlierDetectionTests {
    static let names = ["outlier_detection", "outlier_detection_experimental"]
    private static let successRate = #""successRateEjection": {"minimumHosts": 5, "requestVolume": 10}"#
    private static let failures = #""failurePercentageEjection": {"minimumHosts": 3, "requestVolume": 10}"#

    private func fleet(_ count: Int, _ name: String, _ fields: String, seed: UInt64 = 1) throws -> Fleet {
        let json = #"{"childPolicy": [{"round_robin": {}}]\#(fields.isEmpty ? "" : ", ")\#(fields)}"#
        return try Fleet(LoadBalancing(policy: name, json: json), Fleet.endpoints(count), seed: seed)
    }

    @Test(
        "the share of successes that is too low, by hand",
        arguments: [
            ([1, 1, 1, 1, 0.5], 1.9, 0.52), ([1, 1, 1, 1, 1], 1.9, 1.0), ([0.9, 0.8, 0.7, 0.6, 0.1], 1, 0.341_432_2),
        ])
    func threshold(rates: [Double], factor: Double, expected: Double) {
        #expect(abs(OutlierRules.threshold(rates, factor: factor) - expected) < 1e-6)
    }

    @Test(
        "an endpoint is ejected, at the end of an interval, when enough calls failed on enough endpoints",
        arguments: [
            // failing share on endpoint 0, calls per endpoint, endpoints, config, ejected
            (100, 20, 10, successRate, true), (100, 20, 4, successRate, false), (100, 9, 10, successRate, false),
            (100, 20, 10, failures, true), (90, 20, 3, failures, true), (85, 20, 10, failures, false),
            (86, 100, 10, failures, true), (100, 20, 2, failures, false), (100, 9, 10, failures, false),
            (100, 20, 10, "", false),
            (100, 20, 10, #""failurePercentageEjection": {"requestVolume": 5, "enforcementPercentage": 0}"#, false),
            (40, 20, 10, #""failurePercentageEjection": {"requestVolume": 5, "threshold": 39}"#, true),
        ], names)
    func ejection(_ row: (percent: Int, calls: Int, endpoints: Int, config: String, ejected: Bool), name: String) throws
    {
        var fleet = try fleet(row.endpoints, name, row.config)
        let bad = fleet.subchannels[0].id
        fleet.advance(by: .seconds(5))
        fleet.interval(row.calls, [bad: row.percent])
        #expect(fleet.hidden == 0)
        fleet.advance(by: .seconds(5))
        #expect(fleet.cell.slots.isPickable(bad) == !row.ejected)
        #expect(fleet.hidden == (row.ejected ? 1 : 0))
    }

    @Test("every end but OK counts as a failure", arguments: names)
    func verdicts(name: String) throws {
        for verdict in [AttemptOutcome.Verdict.fault, .refusal, .none] {
            var fleet = try fleet(5, name, OutlierDetectionTests.failures)
            let bad = fleet.subchannels[0].id
            fleet.interval(20, [bad: 100], verdict)
            fleet.advance(by: .seconds(10))
            #expect(fleet.hidden == 1)
        }
    }

    @Test(
        "no more are ejected than the percentage says, but one is",
        arguments: [(10, 5, 1), (10, 20, 2), (10, 21, 3), (0, 20, 0), (30, 10, 3), (50, 10, 5), (10, 500, 50)], names)
    func percentage(_ row: (percent: Int, endpoints: Int, ejected: Int), name: String) throws {
        let limit = #""maxEjectionPercent": \#(row.percent), \#(OutlierDetectionTests.failures)"#
        var fleet = try fleet(row.endpoints, name, limit)
        let bad = fleet.subchannels.map { ($0.id, 100) }
        fleet.interval(20, Dictionary(uniqueKeysWithValues: bad))
        fleet.advance(by: .seconds(10))
        #expect(fleet.hidden == row.ejected)
    }

    @Test("gRPC's own ejects all when it is told to; ours half of them, as fewer are of no use")
    func lenience() throws {
        for (name, ejected) in [("outlier_detection", 5), ("outlier_detection_experimental", 10)] {
            var fleet = try fleet(10, name, #""maxEjectionPercent": 100, \#(OutlierDetectionTests.failures)"#)
            fleet.interval(20, Dictionary(uniqueKeysWithValues: fleet.subchannels.map { ($0.id, 100) }))
            fleet.advance(by: .seconds(10))
            #expect(fleet.hidden == ejected)
            guard ejected == 10 else { continue }
            #expect(fleet.state.isTransientFailure)
            let message = fleet.state.description
            #expect(message.contains("ejected by outlier detection for 30.0 seconds, once"), "\(message)")
        }
    }

    @Test(
        "it is taken back at the first sweep after its time, which grows with every ejection and shrinks without",
        arguments: names)
    func times(name: String) throws {
        var fleet = try fleet(
            5, name, #""baseEjectionTime": "25s", "maxEjectionTime": "60s", \#(OutlierDetectionTests.failures)"#)
        let bad = fleet.subchannels[0].id
        // 25, 50, then at most 60 seconds; sweeps are every 10, and one that is ejected at once again is counted.
        for seconds in [30, 60, 70, 70] {
            fleet.interval(20, [bad: 100])
            fleet.advance(by: .seconds(10))
            for _ in stride(from: 0, to: seconds, by: 10) {
                #expect(!fleet.cell.slots.isPickable(bad))
                fleet.advance(by: .seconds(10))
            }
            #expect(fleet.cell.slots.isPickable(bad), "after \(seconds) s")
        }
        // Four ejections are forgotten in four sweeps.
        fleet.advance(by: .seconds(40))
        fleet.interval(20, [bad: 100])
        fleet.advance(by: .seconds(10))
        fleet.advance(by: .seconds(30))
        #expect(fleet.cell.slots.isPickable(bad))
    }

    @Test(
        "when an ejected endpoint is taken back says the config in force, not that in which it was ejected",
        arguments: [("200s", "25s", 30), ("25s", "95s", 100)], names)
    func newTimes(_ row: (before: String, after: String, seconds: Int), name: String) throws {
        func config(_ time: String) throws -> LoadBalancing {
            let rules = #""baseEjectionTime": "\#(time)", \#(OutlierDetectionTests.failures)"#
            return try LoadBalancing(policy: name, json: #"{"childPolicy": [{"round_robin": {}}], \#(rules)}"#)
        }
        var fleet = try Fleet(config(row.before), Fleet.endpoints(5))
        fleet.interval(20, [fleet.subchannels[0].id: 100])
        fleet.advance(by: .seconds(10))
        #expect(fleet.hidden == 1)
        fleet.reconfigure(try config(row.after))
        fleet.advance(by: .seconds(row.seconds - 10))
        #expect(fleet.hidden == 1)
        fleet.advance(by: .seconds(10))
        #expect(fleet.hidden == 0)
    }

    @Test("an ejection is by chance, as likely as it is enforced")
    func enforcement() throws {
        var ejected = 0
        for seed in 1...400 as ClosedRange<UInt64> {
            let rule = #""failurePercentageEjection": {"requestVolume": 5, "enforcementPercentage": 30}"#
            var fleet = try fleet(5, "outlier_detection_experimental", rule, seed: seed)
            fleet.interval(5, [fleet.subchannels[0].id: 100])
            fleet.advance(by: .seconds(10))
            ejected += fleet.hidden
        }
        #expect(fits([ejected, 400 - ejected], [0.3, 0.7]))
    }

    @Test("a config without rules takes all back; a new interval counts from where the old one began", arguments: names)
    func reconfigure(name: String) throws {
        var fleet = try fleet(5, name, OutlierDetectionTests.failures)
        let child = #""childPolicy": [{"round_robin": {}}]"#
        let bad = fleet.subchannels[0].id
        fleet.interval(20, [bad: 100])
        fleet.advance(by: .seconds(10))
        #expect(fleet.hidden == 1)
        fleet.reconfigure(try LoadBalancing(policy: name, json: "{\(child)}"))
        #expect(fleet.hidden == 0)
        fleet.reconfigure(try LoadBalancing(policy: name, json: "{\(child), \(OutlierDetectionTests.failures)}"))
        fleet.interval(20, [bad: 100])
        fleet.advance(by: .seconds(4))
        fleet.reconfigure(
            try LoadBalancing(policy: name, json: #"{\#(child), "interval": "6s", \#(OutlierDetectionTests.failures)}"#)
        )
        fleet.advance(by: .seconds(1))
        #expect(fleet.hidden == 0)
        fleet.advance(by: .seconds(1))
        #expect(fleet.hidden == 1)
    }

    @Test("an ejection stays with an endpoint, not with its subchannel, while the resolver names it", arguments: names)
    func endpoints(name: String) throws {
        var fleet = try fleet(5, name, OutlierDetectionTests.failures)
        let bad = fleet.subchannels[0]
        fleet.interval(20, [bad.id: 100])
        fleet.advance(by: .seconds(10))
        // Another policy inside makes subchannels of its own.
        let other = #"{"childPolicy": [{"random": {}}], \#(OutlierDetectionTests.failures)}"#
        fleet.reconfigure(try LoadBalancing(policy: name, json: other))
        fleet.connectAll()
        #expect(fleet.subchannels.count == 5)
        #expect(fleet.hidden == 1)
        let again = fleet.subchannels.first { $0.endpoint == bad.endpoint }
        #expect(again.map { fleet.cell.slots.isPickable($0.id) } == false)
        let all = fleet.subchannels.map(\.endpoint)
        fleet.update(all.filter { $0 != bad.endpoint })
        fleet.update(all)
        fleet.connectAll()
        #expect(fleet.hidden == 0)
    }

    @Test(
        "a config that is wrong says where, and what is expected",
        arguments: [
            (#"{"interval": "-1s"}"#, ".interval is \"-1s\": expected a duration"),
            (#"{"maxEjectionPercent": 101}"#, ".maxEjectionPercent is 101: expected a whole number from 0 to 100"),
            (
                #"{"successRateEjection": {"enforcementPercentage": 101}}"#,
                ".successRateEjection.enforcementPercentage is 101: expected a whole number from 0 to 100"
            ),
            (
                #"{"failurePercentageEjection": {"threshold": 101}}"#,
                ".failurePercentageEjection.threshold is 101: expected a whole number from 0 to 100"
            ),
            (
                #"{"childPolicy": [{"round_robbin": {}}]}"#,
                #".childPolicy names "round_robbin" (did you mean "round_robin"?): expected one of"#
            ),
            (
                #"{"childPolicy": [{"least_request": {"choiceCount": 1}}]}"#,
                ".childPolicy[0].least_request.choiceCount is 1: expected a whole number from 2"
            ),
        ], names)
    func errors(row: (json: String, message: String), name: String) throws {
        let choice = try LoadBalancing(policy: name, json: row.json)
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        #expect(error?.message.contains(name + row.message) == true, "\(error?.message ?? "")")
    }

    @Test("gRPC's own demands a policy inside; unknown fields there are warned of with their path")
    func children() throws {
        let without = try LoadBalancing(policy: "outlier_detection_experimental", json: "{}")
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([without]) }
        #expect(error?.message.contains("childPolicy is missing") == true)
        let json = """
            {"loadBalancingConfig": [{"outlier_detection": {"intervall": "1s", "childPolicy": [
              {"xds": {}}, {"least_request": {"choiceCont": 3}}]}}]}
            """
        let check = ServiceConfigCheck(try JSONValue(parsing: json), .builtIn)
        let warnings = check.warnings.map(\.description)
        #expect(warnings.count == 3, "\(warnings)")
        let path = "loadBalancingConfig[0].outlier_detection"
        #expect(warnings.contains { $0.contains("\(path).intervall is unknown (did you mean \"interval\"?)") })
        #expect(warnings.contains { $0.contains("\(path).childPolicy[1].least_request.choiceCont is unknown") })
        #expect(warnings.contains { $0.contains("\(path).childPolicy[0].xds is of a policy that is not registered") })
    }
}

extension Fleet {
    /// So many calls to each endpoint; on some of them a share fails, in percent.
    mutating func interval(
        _ calls: Int, _ failing: [SubchannelID: Int], _ verdict: AttemptOutcome.Verdict = .fault
    ) {
        var counts: [SubchannelID: Int] = [:]
        for _ in 0..<calls * subchannels.count {
            guard let (subchannel, token) = start() else { continue }
            let count = counts[subchannel.id, default: 0]
            counts[subchannel.id] = count + 1
            // Evenly spread: exactly the share of every 100, and of 20 where it is a multiple of 5.
            let share = failing[subchannel.id] ?? 0
            end(token, (count + 1) * share / 100 > count * share / 100 ? verdict : .success)
        }
    }
}
