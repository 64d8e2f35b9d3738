// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport
import Testing

@testable import SkeinResolution

@Suite("fuzzed configurations", .timeLimit(.minutes(60)))
struct TextFuzzTests {
    private static let json = Mutation.Vocabulary(words: [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1e999", "-0", "1.5", "9223372036854775808", "\"5s\"",
        "\\u0000", "\\ud83d", "\\ude00", "\"retryPolicy\"", "\"name\"", "\"service\"", "\"timeout\"",
        "\"round_robin\"", "\"weight\"", "\"priority\"", "\u{e9}", "\n", "[[[[[[[[", "{\"a\":",
    ])

    private static let configs = [
        #"{"methodConfig":[{"name":[{"service":"a.B","method":"C"},{}],"waitForReady":true,"timeout":"1.5s","#
            + #""maxRequestMessageBytes":5,"retryPolicy":{"maxAttempts":3,"initialBackoff":"0.1s","maxBackoff":"1s","#
            + #""backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE",4]}}],"#
            + #""loadBalancingConfig":[{"round_robin":{}}],"retryThrottling":{"maxTokens":10,"tokenRatio":0.1}}"#,
        #"{"loadBalancingPolicy":"pick_first","healthCheckConfig":{"serviceName":"x"}}"#,
        #"{"methodConfig":[{"name":[{}],"hedgingPolicy":{"maxAttempts":4,"hedgingDelay":"0s"}}]}"#, "{}",
    ]

    private static let endpoints = [
        #"{"endpoints":[{"address":"10.0.0.1:443","weight":2},{"addresses":["[::1]:443"],"priority":1,"hashKey":"k"}]}"#,
        "10.0.0.1:443 weight=2 priority=3\n# comment\r\n[fe80::1%eth0]:443\nunix:/run/a.sock\n",
    ]

    private func mutated(
        _ texts: [String], _ vocabulary: Mutation.Vocabulary, _ random: inout SplitMix64
    ) -> [UInt8] {
        Mutation.mutate(Array(random.pick(texts).utf8), with: Array(random.pick(texts).utf8), in: vocabulary, &random)
    }

    @Test("JSON and service configs are read or refused with a place, and come back as they were")
    func serviceConfigs() async throws {
        var (accepted, refused) = (0, 0)
        try await Fuzz.run("service config", cases: 8_000) { seed, random in
            let bytes = mutated(Self.configs, Self.json, &random)
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ConfigurationError) {
                let value = try JSONValue(parsing: text)
                let again = try JSONValue(parsing: value.description)
                #expect(again == value, "\(Fuzz.describe(seed, bytes))")
            } catch {
                #expect(error.message.contains("line "), "\(error); \(Fuzz.describe(seed, bytes))")
            }
            do throws(ConfigurationError) {
                _ = try ServiceConfig(json: text)
                accepted += 1
            } catch {
                refused += 1
                #expect((1...2_000).contains(error.message.count), "\(Fuzz.describe(seed, bytes))")
            }
        }
        #expect(accepted > 0 && refused > 0)
    }

    @Test("endpoint files are read or refused")
    func endpointFiles() async throws {
        var (accepted, refused) = (0, 0)
        try await Fuzz.run("endpoint file", cases: 8_000) { seed, random in
            let bytes = mutated(Self.endpoints, Self.json, &random)
            do throws(ConfigurationError) {
                let endpoints = try EndpointFile.parse(bytes)
                accepted += 1
                #expect(!endpoints.isEmpty, "\(Fuzz.describe(seed, bytes))")
                for address in endpoints.flatMap(\.addresses) {
                    #expect(EndpointAddress(address.description) == address, "\(Fuzz.describe(seed, bytes))")
                }
            } catch {
                refused += 1
                #expect((1...2_000).contains(error.message.count), "\(Fuzz.describe(seed, bytes))")
            }
        }
        #expect(accepted > 0 && refused > 0)
    }

    private static let targets = [
        "dns:///greeter:50051?refresh=off", "ipv4:10.0.0.7:443,10.0.0.8:443", "ipv6:[::1]:1,[::2]:2", "greeter:50051",
        "dns+srv://ns1,ns2:5353/_grpc._tcp.a?config=txt", "unix:///run/a%20b.sock",
        "static://authority/orders?a=b&c=%26", "[fe80::1%eth0]:443", "::1", "dnss:greeter",
        "static://user:word@a/orders?token=b",
    ]
    private static let parts = Mutation.Vocabulary(words: [
        "dns", "unix", ":", "//", "/", "?", "&", "=", "#", "%", "%41", "%ff", "%00", "[", "]", "::", "::1", "0",
        "65535",
        "65536", "255.255.255.255", " ", "\u{e9}", "\u{1f6}\u{301}", "\r\n",
    ])

    @Test("targets are read or refused with a place; what is shown of one reads like it, and has no secrets")
    func targetTexts() async throws {
        var (accepted, refused) = (0, 0)
        try await Fuzz.run("target", cases: 20_000) { seed, random in
            let bytes = mutated(Self.targets, Self.parts, &random)
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ConfigurationError) {
                let target = try Target(text)
                accepted += 1
                // What is secret is not shown, and what is shown can be read.
                let shown = target.description
                #expect(shown == text || shown.contains("***"), "\(Fuzz.describe(seed, bytes))")
                #expect(!target.authority.contains("@") || shown.contains("://***"), "\(Fuzz.describe(seed, bytes))")
                let again = try Target(shown)
                #expect(again.description == shown, "\(Fuzz.describe(seed, bytes))")
                #expect(again == target || shown != text, "\(Fuzz.describe(seed, bytes))")
                #expect(!target.scheme.isEmpty)
                _ = target.error(expected: "anything")
            } catch {
                refused += 1
                #expect(error.message.contains("character "), "\(error); \(Fuzz.describe(seed, bytes))")
            }
        }
        #expect(accepted > 0 && refused > 0)
    }

    @Test("hosts and ports are read or refused at a place that is in the text")
    func hostPorts() async throws {
        var (accepted, refused) = (0, 0)
        try await Fuzz.run("host and port", cases: 20_000) { seed, random in
            let bytes = mutated(Self.targets + ["a:1", "[::1]", "1.2.3.4:65535"], Self.parts, &random)
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(HostPort.Problem) {
                let found = try HostPort(text, defaultPort: 443)
                accepted += 1
                #expect((1...65_535).contains(found.port) && !found.host.isEmpty, "\(Fuzz.describe(seed, bytes))")
                if let address = found.address {
                    #expect(EndpointAddress(address.description) == address, "\(Fuzz.describe(seed, bytes))")
                }
            } catch {
                refused += 1
                #expect((0...text.count).contains(error.offset), "\(Fuzz.describe(seed, bytes))")
            }
        }
        #expect(accepted > 0 && refused > 0)
    }
}
