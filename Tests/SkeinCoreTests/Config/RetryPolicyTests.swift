// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Retries in service configs")
struct RetryPolicyTests {
    private func config(_ method: String) throws -> ServiceConfig {
        try ServiceConfig(json: #"{"methodConfig": [{"name": [{}], \#(method)}]}"#)
    }

    @Test("a retry policy arrives with all its fields")
    func retry() throws {
        let config = try config(
            """
            "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                            "retryableStatusCodes": ["unavailable", 8]}
            """)
        #expect(
            config.methods[0].retry
                == .retry(
                    attempts: 4, on: [.unavailable, .resourceExhausted], initialBackoff: .milliseconds(100),
                    maxBackoff: .seconds(1), multiplier: 2))
    }

    @Test("a hedging policy needs only its attempts")
    func hedging() throws {
        let least = try config(#""hedgingPolicy": {"maxAttempts": 3}"#)
        #expect(least.methods[0].retry == .hedge(attempts: 3))
        let most = try config(
            #""hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.5s", "nonFatalStatusCodes": ["ABORTED"]}"#)
        #expect(most.methods[0].retry == .hedge(attempts: 3, every: .milliseconds(500), nonFatal: [.aborted]))
    }

    private static let backoff = #""initialBackoff": "1s", "maxBackoff": "1s", "backoffMultiplier": 1"#

    @Test(
        "what is missing or out of range is named",
        arguments: [
            (#""retryPolicy": {}"#, "maxAttempts is missing: expected a whole number from 2 to 4294967295"),
            (#""retryPolicy": {"maxAttempts": 1}"#, "maxAttempts is 1: expected a whole number from 2"),
            (
                #""retryPolicy": {"maxAttempts": 2, \#(backoff)}"#,
                "retryableStatusCodes is empty: expected at least one"
            ),
            (
                #""retryPolicy": {"maxAttempts": 2, "retryableStatusCodes": [1], "maxBackoff": "1s"}"#,
                "initialBackoff is 0s: expected more than 0s"
            ),
            (
                #""retryPolicy": {"maxAttempts": 2, \#(backoff), "retryableStatusCodes": ["NOPE"]}"#,
                "retryableStatusCodes[0] is \"NOPE\": expected a status code such as UNAVAILABLE"
            ),
            (
                #""hedgingPolicy": {"maxAttempts": 2, "hedgingDelay": "-1s"}"#,
                "hedgingDelay is \"-1s\": expected a duration"
            ),
            (
                #""hedgingPolicy": {"maxAttempts": 2}, "retryPolicy": {"maxAttempts": 2}"#,
                "has a retryPolicy and a hedgingPolicy: expected one of them"
            ),
        ])
    func invalid(method: String, words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try config(method) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(
        "throttling has ranges, and three decimals",
        arguments: [
            (#"{"maxTokens": 10, "tokenRatio": 0.1239}"#, RetryThrottling(maxTokens: 10, tokenRatio: 0.123), nil),
            (#"{"maxTokens": 0, "tokenRatio": 1}"#, nil, "maxTokens is 0: expected a whole number from 1 to 1000"),
            (#"{"maxTokens": 1001, "tokenRatio": 1}"#, nil, "maxTokens is 1001"),
            (#"{"maxTokens": 1}"#, nil, "tokenRatio is 0.0: expected 0.001 or more"),
        ] as [(String, RetryThrottling?, String?)])
    func throttling(json: String, throttling: RetryThrottling?, words: String?) {
        do throws(ConfigurationError) {
            let config = try ServiceConfig(json: #"{"retryThrottling": \#(json)}"#)
            #expect(config.retryThrottling == throttling)
        } catch {
            #expect(words.map(error.message.contains) == true, "\(error)")
        }
    }

    @Test(
        "what was made in code is refused by the same rules, in the same words",
        arguments: [
            (MethodConfig(.all, retry: .retry(attempts: 1)), "retryPolicy.maxAttempts is 1: expected a whole number"),
            (MethodConfig(.all, retry: .hedge(attempts: 0)), "hedgingPolicy.maxAttempts is 0: expected a whole number"),
            (
                MethodConfig(.all, retry: .retry(attempts: 2, on: [])),
                "retryPolicy: retryableStatusCodes is empty: expected at least one"
            ),
            (
                MethodConfig(.all, retry: .retry(attempts: 2, initialBackoff: .seconds(-1))),
                #"retryPolicy.initialBackoff is "-1s": expected a duration"#
            ),
            (
                MethodConfig(.all, retry: .retry(attempts: 2, maxBackoff: .zero)),
                "retryPolicy: maxBackoff is 0s: expected more than 0s"
            ),
            (
                MethodConfig(.all, retry: .retry(attempts: 2, multiplier: .infinity)),
                "retryPolicy.backoffMultiplier is inf: expected a number from 0.0"
            ),
            (
                MethodConfig(.all, retry: .retry(attempts: 2, multiplier: 0)),
                "retryPolicy: backoffMultiplier is 0.0: expected a number above 0"
            ),
            (
                MethodConfig(.all, retry: .hedge(attempts: 2, every: .seconds(-1))),
                #"hedgingPolicy.hedgingDelay is "-1s": expected a duration such as "1.5s" from 0s"#
            ),
            (MethodConfig(.all, timeout: .seconds(-1)), #"timeout is "-1s": expected a duration such as "1.5s" from"#),
            (
                MethodConfig(.all, maxRequestBytes: -1),
                "maxRequestMessageBytes is -1: expected a whole number from 0 to 4294967295"
            ),
            (
                MethodConfig(.all, maxResponseBytes: 1 << 32),
                "maxResponseMessageBytes is 4294967296: expected a whole number from 0 to 4294967295"
            ),
            (
                MethodConfig(MethodConfig.Name(service: "", method: "M")),
                #"name[0]: method is "M" without a service: expected both or neither"#
            ),
        ] as [(MethodConfig, String)])
    func strict(method: MethodConfig, words: String) {
        let config = ServiceConfig(methods: [MethodConfig("a.B"), method])
        let error = #expect(throws: ConfigurationError.self) { try config.validate() }
        #expect(error?.message.hasPrefix("methodConfig[1].\(words)") == true, "\(error?.message ?? "")")
    }

    @Test(
        "so is what is not about one method",
        arguments: [
            (
                ServiceConfig(methods: [MethodConfig("a.B/C"), MethodConfig("a.B/C")]),
                "methodConfig[1]: name lists a.B/C again: expected each method once in the config"
            ),
            (
                ServiceConfig(retryThrottling: RetryThrottling(maxTokens: 2000, tokenRatio: 1)),
                "retryThrottling.maxTokens is 2000: expected a whole number from 1 to 1000"
            ),
            (
                ServiceConfig(retryThrottling: RetryThrottling(maxTokens: 10.5, tokenRatio: 1)),
                "retryThrottling.maxTokens is 10.5: expected a whole number from 1 to 1000"
            ),
            (
                ServiceConfig(retryThrottling: RetryThrottling(maxTokens: 10, tokenRatio: 0.0004)),
                "retryThrottling: tokenRatio is 0.0004: expected 0.001 or more"
            ),
            (
                ServiceConfig(maxConnectionsPerSubchannel: 0),
                "connectionScaling.maxConnectionsPerSubchannel is 0: expected a whole number from 1 to 4294967295"
            ),
        ] as [(ServiceConfig, String)])
    func general(config: ServiceConfig, message: String) {
        #expect(throws: ConfigurationError(message)) { try config.validate() }
    }

    @Test("what is right is taken, in code as well")
    func taken() throws {
        try ServiceConfig(
            methods: [
                MethodConfig("a.B/C", "a.D", timeout: .milliseconds(1), waitForReady: true, maxRequestBytes: 0),
                MethodConfig(.all, retry: .retry(attempts: 2)), MethodConfig("a.E", retry: .hedge(attempts: 2)),
                MethodConfig("a.F", retry: RetryPolicy.none), MethodConfig(),
            ],
            retryThrottling: RetryThrottling(maxTokens: 10, tokenRatio: 0.1), maxConnectionsPerSubchannel: 2
        ).validate()
    }
}
