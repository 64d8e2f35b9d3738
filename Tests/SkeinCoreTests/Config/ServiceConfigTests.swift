// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Service configs as gRPC writes them", .timeLimit(.minutes(2)))
struct ServiceConfigTests {
    @Test("an empty object is the default config")
    func empty() throws {
        #expect(try ServiceConfig(json: "{}") == ServiceConfig())
    }

    @Test("every field that is read arrives where it belongs")
    func everything() throws {
        let config = try ServiceConfig(
            json: """
                {
                  "loadBalancingConfig": [{"mine": {"size": 3}}, {"round_robin": {}}],
                  "methodConfig": [
                    {"name": [{"service": "a.B", "method": "C"}, {"service": "a.D"}], "timeout": "1.5s",
                     "waitForReady": true, "maxRequestMessageBytes": 0, "maxResponseMessageBytes": "4096", "later": 1},
                    {"name": []},
                    {"name": [{"service": "", "method": null}]}
                  ],
                  "healthCheckConfig": {"serviceName": "a.B"},
                  "connectionScaling": {"maxConnectionsPerSubchannel": 4},
                  "unknown": [1, 2]
                }
                """)
        #expect(
            try config.loadBalancing == [
                LoadBalancing(policy: "mine", json: #"{"size":3}"#), LoadBalancing(policy: "round_robin", json: "{}"),
            ])
        #expect(
            config.methods == [
                MethodConfig(
                    "a.B/C", "a.D", timeout: .milliseconds(1500), waitForReady: true, maxRequestBytes: 0,
                    maxResponseBytes: 4096),
                MethodConfig(.all),
            ])
        #expect(config.healthCheckedService == "a.B")
        #expect(config.maxConnectionsPerSubchannel == 4)
    }

    @Test("fields that have no effect are kept beside the config, and make no other of it")
    func unread() throws {
        let policies = #""loadBalancingConfig": [{"a": {"b": 1}}]"#
        let config = try ServiceConfig(
            json: #"{"metodConfig": [], "methodConfig": [{"timeOut": "1s"}], \#(policies)}"#)
        #expect(
            config.unread.list.map(\.description) == [
                #"line 1, column 17: metodConfig is unknown (did you mean "methodConfig"?): ignored"#,
                #"line 1, column 50: methodConfig[0].timeOut is unknown (did you mean "timeout"?): ignored"#,
            ])
        #expect(try config == ServiceConfig(json: "{\(policies)}"))
    }

    @Test("the old policy field counts only without the new one")
    func oldPolicyField() throws {
        let old = try ServiceConfig(json: #"{"loadBalancingPolicy": "ROUND_ROBIN"}"#)
        #expect(old.loadBalancing.map(\.policy) == ["round_robin"])
        let both = try ServiceConfig(
            json: #"{"loadBalancingPolicy": "ROUND_ROBIN", "loadBalancingConfig": [{"pick_first": {}}]}"#)
        #expect(both.loadBalancing.map(\.policy) == ["pick_first"])
    }

    @Test(
        "one invalid field makes the whole config invalid, and the error says where",
        arguments: [
            ("[]", "line 1, column 1: the config is an array: expected an object"),
            (
                #"{"methodConfig": {}}"#, "line 1, column 18: methodConfig is an object: expected an array"
            ),
            (
                #"{"methodConfig": [{"timeout": 1}]}"#,
                "line 1, column 31: methodConfig[0].timeout is 1:"
                    + " expected a duration such as \"1.5s\" from 0s to 315576000000s"
            ),
            (
                #"{"methodConfig": [{"timeout": "-1s"}]}"#,
                "line 1, column 31: methodConfig[0].timeout is \"-1s\":"
                    + " expected a duration such as \"1.5s\" from 0s to 315576000000s"
            ),
            (
                #"{"methodConfig": [{"maxRequestMessageBytes": -1}]}"#,
                "line 1, column 46: methodConfig[0].maxRequestMessageBytes is -1:"
                    + " expected a whole number from 0 to 4294967295"
            ),
            (
                #"{"methodConfig": [{"name": [{"method": "M"}]}]}"#,
                "line 1, column 29: methodConfig[0].name[0]: method is \"M\" without a service:"
                    + " expected both or neither"
            ),
            (
                #"{"methodConfig": [{"name": [{"service": "a"}]},{"name": [{"service": "a", "method": ""}]}]}"#,
                "line 1, column 48: methodConfig[1]: name lists a again: expected each method once in the config"
            ),
            (
                #"{"loadBalancingConfig": [{"a": 1}]}"#,
                "line 1, column 32: loadBalancingConfig[0].a is 1: expected an object"
            ),
            (
                #"{"connectionScaling": {"maxConnectionsPerSubchannel": 0}}"#,
                "line 1, column 55: connectionScaling.maxConnectionsPerSubchannel is 0:"
                    + " expected a whole number from 1 to 4294967295"
            ),
        ])
    func invalid(json: String, message: String) {
        #expect(throws: ConfigurationError(message)) { try ServiceConfig(json: json) }
    }

    @Test(
        "a method gets the config that names it, else its service's, else the one for all",
        arguments: [("a.B", "C", 3), ("a.B", "X", 2), ("a.X", "C", 1), ("", "C", 1)])
    func lookup(service: String, method: String, seconds: Int) {
        let config = ServiceConfig(methods: [
            MethodConfig("z.Z", "a.B/C", timeout: .seconds(3)), MethodConfig(.all, timeout: .seconds(1)),
            MethodConfig("a.B", timeout: .seconds(2)),
        ])
        let found = config.config(for: MethodDescriptor(service, method, .unary))
        #expect(found?.timeout == .seconds(seconds))
    }

    @Test("without an entry that fits there is no config")
    func lookupNothing() {
        let method = MethodDescriptor("a.B", "C", .unary)
        #expect(ServiceConfig().config(for: method) == nil)
        #expect(ServiceConfig(methods: [MethodConfig("a.B/D"), MethodConfig("a")]).config(for: method) == nil)
    }
}

@Suite("What a method config does to a call", .timeLimit(.minutes(2)))
struct MethodConfigTests {
    @Test(
        "names are written as service and method",
        arguments: [
            ("", .all), ("a.B", .init(service: "a.B")), ("a.B/C", .init(service: "a.B", method: "C")),
            ("/a.B/C", .init(service: "a.B", method: "C")),
        ] as [(String, MethodConfig.Name)])
    func names(text: String, name: MethodConfig.Name) {
        #expect(MethodConfig.Name(stringLiteral: text) == name)
    }

    @Test("the tighter limit holds, and the call's own word on waiting")
    func limits() {
        let config = MethodConfig(
            .all, timeout: .seconds(2), waitForReady: true, maxRequestBytes: 10, maxResponseBytes: 20)
        let plain = config.applied(to: CallOptions())
        #expect(plain.timeout == .seconds(2))
        #expect(plain.waitsForReady == true)
        #expect(plain.maxRequestBytes == 10)
        #expect(plain.maxResponseBytes == 20)
        let own = config.applied(to: .deadline(.seconds(1)).failFast.maxMessageBytes(request: 50, response: 5))
        #expect(own.timeout == .seconds(1))
        #expect(own.waitsForReady == false)
        #expect(own.maxRequestBytes == 10)
        #expect(own.maxResponseBytes == 5)
        #expect(MethodConfig(.all).applied(to: .deadline(.seconds(1))).timeout == .seconds(1))
    }
}

@Suite("A policy with its configuration", .timeLimit(.minutes(2)))
struct LoadBalancingTests {
    @Test("two are equal when policy and configuration are")
    func equality() throws {
        let json = try LoadBalancing(policy: "p", json: #"{"a":1,"b":2}"#)
        #expect(try json == LoadBalancing(policy: "p", json: #"{ "b": 2, "a": 1 }"#))
        #expect(try json != LoadBalancing(policy: "p", json: "{}"))
        #expect(try json != LoadBalancing(policy: "q", json: #"{"a":1,"b":2}"#))
        #expect(LoadBalancing(policy: "p", configuration: 1) == LoadBalancing(policy: "p", configuration: 1))
        #expect(LoadBalancing(policy: "p", configuration: 1) != LoadBalancing(policy: "p", configuration: 2))
        #expect(LoadBalancing(policy: "p", configuration: 1) != LoadBalancing(policy: "p"))
        #expect(
            Set([LoadBalancing(policy: "p", configuration: "x"), LoadBalancing(policy: "p", configuration: "x")]).count
                == 1)
    }

    @Test("a config that is not an object is refused", arguments: ["", "[]", "{", "1"])
    func refuses(json: String) {
        #expect(throws: ConfigurationError.self) { try LoadBalancing(policy: "p", json: json) }
    }
}
