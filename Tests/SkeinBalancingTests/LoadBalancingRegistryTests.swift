// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct LoadBalancingRegistryTests {
    private static let names = LoadBalancingRegistry.builtIn.names.joined(separator: ", ")

    @Test("the policies that configs rely on are there by their names, gRPC's own among them")
    func builtIn() {
        let expected = [
            "auto", "expected_delay", "least_connections", "least_request", "least_request_experimental", "locality",
            "maglev", "outlier_detection", "outlier_detection_experimental", "p2c_peak_ewma", "pick_first", "prequal",
            "priority", "priority_experimental", "random", "random_subsetting_experimental", "rendezvous",
            "ring_hash", "ring_hash_experimental", "round_robin", "slow_start", "source_hash", "subsetting",
            "weighted_random", "weighted_round_robin", "weighted_target", "weighted_target_experimental",
        ]
        #expect(Set(expected).subtracting(LoadBalancingRegistry.builtIn.names).isEmpty)
    }

    @Test("the first entry whose name is known is made")
    func firstKnown() throws {
        let choices = [LoadBalancing(policy: "xds_cluster"), .roundRobin, .pickFirst]
        #expect(try LoadBalancingRegistry.builtIn.make(choices, seed: 1).name == "round_robin")
    }

    @Test(
        "what cannot be made is named, with what there is and the nearest spelling",
        arguments: [
            ([], "no load balancing policy is named: expected one of \(names)"),
            (
                [LoadBalancing(policy: "round_robbin")],
                #"load balancing policy "round_robbin" (did you mean "round_robin"?) is not registered: "#
                    + "expected one of \(names)"
            ),
            (
                [.policy(Sticky.self), LoadBalancing(policy: "x")],
                #"load balancing policy "sticky", "x" is not registered: expected one of \#(names)"#
            ),
            (
                [LoadBalancing(policy: "pick_first", configuration: NoConfiguration())],
                "the configuration of pick_first is a NoConfiguration: expected a Configuration"
            ),
        ])
    func errors(choices: [LoadBalancing], message: String) {
        #expect(throws: ConfigurationError(message)) { try LoadBalancingRegistry.builtIn.validate(choices) }
    }

    @Test("a config is read by the policy it names, and an invalid one says where")
    func json() throws {
        var registry = LoadBalancingRegistry.builtIn
        registry.register(Sticky.self)
        #expect(Set(registry.names) == Set(LoadBalancingRegistry.builtIn.names + ["sticky"]))
        try registry.validate([LoadBalancing(policy: "sticky", json: #"{"maxInFlight": 3, "unknown": 1}"#)])
        let wrong = try LoadBalancing(policy: "sticky", json: #"{"maxInFlight": 0}"#)
        let error = #expect(throws: ConfigurationError.self) { try registry.validate([wrong, .roundRobin]) }
        #expect(error?.message.contains("sticky.maxInFlight is 0: expected a whole number from 1 to 100000") == true)
    }

    @Test("a policy of the same name replaces the one before")
    func replace() throws {
        struct Mine: EndpointPolicy {
            static let name = "round_robin"
            init(_ configuration: Sticky.Configuration, seed: UInt64) {}
            func makePicker(over ready: [ReadyEndpoint]) -> Fixed { Fixed(result: .subchannel(ready[0].id)) }
        }
        var registry = LoadBalancingRegistry.builtIn
        registry.register(Mine.self)
        #expect(registry.names == LoadBalancingRegistry.builtIn.names)
        try registry.validate([.policy(Mine.self, Sticky.Configuration())])
    }
}
