// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@Suite("Policies that are configured in code", .timeLimit(.minutes(2))) struct TypedConfigurationTests {
    private static let count = "expected a whole number from 1 to 4294967295"

    @Test(
        "a bad value is refused by the rule for configs: by its place, its value and its range",
        arguments: [
            (.leastRequest(choices: 0), "least_request.choiceCount is 0: expected a whole number from 2 to 4294967295"),
            (.auto(of: 0), "auto.clientCount is 0: \(count)"),
            (.auto(client: 60, of: 60), "auto.clientOrdinal is 60: expected a whole number from 0 to 59"),
            (.ringHash(loadFactor: 0.5), "ring_hash.boundedLoadFactor is 0.5: expected a number from 1.0 to 100.0"),
            (.maglev(loadFactor: .nan), "maglev.boundedLoadFactor is nan: expected a number from 1.0 to 100.0"),
            (.rendezvous(loadFactor: .infinity), "rendezvous.boundedLoadFactor is inf: expected a number from 1.0 to"),
            (.maglev(header: "user-bin"), #"maglev.requestHashHeader is "user-bin": expected a metadata name"#),
            (.sourceHash(header: "a b"), #"source_hash.header is "a b": expected a metadata name"#),
            (
                .outlierDetection(over: .random, interval: .seconds(-1)),
                #"outlier_detection.interval is "-1s": expected a duration such as "1.5s" from 0s to 315576000000s"#
            ),
            (.subsetting(over: .random, size: 0), "subsetting.subsetSize is 0: \(count)"),
            (.subsetting(over: .random, of: -1), "subsetting.clientCount is -1: \(count)"),
            (
                .subsetting(over: .random, client: 3, of: 3),
                "subsetting.clientOrdinal is 3: expected a whole number from 0 to 2"
            ),
            (
                .slowStart(window: .zero),
                #"slow_start.window is "0s": expected a duration such as "1.5s" from 0.001s to 86400s"#
            ),
            (
                .priority(failoverTime: .seconds(100_000)),
                #"priority.failoverTime is "100000s": expected a duration such as "1.5s" from 0.001s to 86400s"#
            ),
            (.weightedTarget(WeightedShare("a", weight: 0)), "weighted_target.targets.a.weight is 0: \(count)"),
            (
                .weightedTarget(WeightedShare("a", weight: 1, over: .leastRequest(choices: 1))),
                "weighted_target.targets.a.childPolicy[0].least_request.choiceCount is 1: expected"
            ),
            (
                .locality(zone: "a", over: .slowStart(over: .weightedRandom, window: .seconds(-1))),
                #"locality.childPolicy[0].slow_start.window is "-1s": expected a duration"#
            ),
            (
                .slowStart(over: LoadBalancing(policy: "weighted_randon")),
                #"slow_start.childPolicy names "weighted_randon" (did you mean "weighted_random"?): expected one of"#
            ),
        ] as [(LoadBalancing, String)])
    func refused(choice: LoadBalancing, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test("what is within the ranges is taken, whatever is inside of it")
    func taken() throws {
        var policies = LoadBalancingRegistry.builtIn
        policies.register(Sticky.self)
        let sticky = LoadBalancing.policy(Sticky.self)
        let choices: [LoadBalancing] = [
            .leastRequest(choices: 100), .auto(client: 0, of: 1), .ringHash(header: "User", loadFactor: 1),
            .sourceHash(header: "", loadFactor: 100), .outlierDetection(over: sticky, interval: .zero),
            .subsetting(over: sticky, size: 1, client: 1, of: 2), .slowStart(window: .milliseconds(1)),
            .locality(zone: "", over: sticky), .weightedTarget(), .weightedTarget(WeightedShare("", weight: 1)),
            .weightedTarget(over: .priority(over: sticky, failoverTime: .seconds(86_400))),
        ]
        for choice in choices { try policies.validate([choice]) }
    }

    @Test("it is the same as the config in JSON, and reads like it")
    func text() throws {
        let json = #"{"childPolicy":[{"least_request":{"choiceCount":3}}],"window":"2.5s"}"#
        let choice = LoadBalancing.slowStart(over: .leastRequest(choices: 3), window: .milliseconds(2500))
        #expect("\(choice)" == "slow_start \(json)")
    }
}
