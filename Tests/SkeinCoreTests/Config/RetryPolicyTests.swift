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
        "what was made in code is held to the same ranges",
        arguments: [
            ServiceConfig(methods: [MethodConfig(.all, retry: .retry(attempts: 1))]),
            ServiceConfig(methods: [MethodConfig(.all, retry: .retry(attempts: 2, on: []))]),
            ServiceConfig(methods: [MethodConfig(.all, retry: .retry(attempts: 2, maxBackoff: .zero))]),
            ServiceConfig(methods: [MethodConfig(.all, retry: .retry(attempts: 2, multiplier: .infinity))]),
            ServiceConfig(methods: [MethodConfig(.all, retry: .hedge(attempts: 2, every: .seconds(-1)))]),
            ServiceConfig(methods: [MethodConfig(.all, timeout: .seconds(-1))]),
            ServiceConfig(methods: [MethodConfig(.all, maxRequestBytes: -1)]),
            ServiceConfig(methods: [MethodConfig("a.B/C"), MethodConfig("a.B/C")]),
            ServiceConfig(retryThrottling: RetryThrottling(maxTokens: 2000, tokenRatio: 1)),
            ServiceConfig(maxConnectionsPerSubchannel: 0),
        ])
    func strict(config: ServiceConfig) {
        #expect(throws: ConfigurationError.self) { try config.validate() }
    }
}
