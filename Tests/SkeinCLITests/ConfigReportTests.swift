// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SkeinCLI

@Suite("skein config validate", .timeLimit(.minutes(1)))
struct ConfigReportTests {
    private func report(_ text: String, strict: Bool = false) throws -> [String] {
        let project = try TemporaryProject()
        try project.write("config.json", text)
        let path = project.folder.appending(path: "config.json").path(percentEncoded: false)
        return ConfigReport(file: path, isStrict: strict).diagnostics.map {
            $0.description.replacing(path, with: "config.json")
        }
    }

    @Test("a good config is passed without a word")
    func good() throws {
        let text = """
            {
              "loadBalancingConfig": [{"round_robin": {}}],
              "methodConfig": [{
                "name": [{"service": "a.B"}],
                "timeout": "1s",
                "retryPolicy": {
                  "maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                  "retryableStatusCodes": ["UNAVAILABLE", 8]
                }
              }],
              "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}
            }
            """
        #expect(try report(text, strict: true) == [])
    }

    @Test("what has no effect is told with its place and the nearest name; an error if so wished")
    func warnings() throws {
        let text =
            #"{"metodConfig": [{"x": 1}], "loadBalancingConfig": [{"round_robbin": {}}, {"pick_first": {"a": 1}}]}"#
        let expected = [
            #"line 1, column 17: metodConfig is unknown (did you mean "methodConfig"?): ignored"#,
            "line 1, column 96: loadBalancingConfig[1].pick_first.a is unknown: ignored",
            "line 1, column 70: loadBalancingConfig[0].round_robbin is of a policy that is not registered"
                + " (did you mean \"round_robin\"?): skipped",
        ]
        #expect(try report(text) == expected.map { "config.json: warning: \($0)" })
        #expect(try report(text, strict: true) == expected.map { "config.json: error: \($0)" })
    }

    @Test(
        "what makes a channel refuse a config is an error",
        arguments: [
            ("{", "line 1, column 2: expected a member name in double quotes, found the end"),
            (
                #"{"loadBalancingConfig": [{"none": {}}]}"#,
                "load balancing policy \"none\" is not registered: expected one of"
            ),
            (
                #"{"loadBalancingConfig": [{"pick_first": {"shuffleAddressList": 1}}]}"#,
                "line 1, column 64: loadBalancingConfig[0].pick_first.shuffleAddressList is 1: expected true or false"
            ),
        ])
    func errors(text: String, words: String) throws {
        let shown = try report(text)
        #expect(shown.count == 1 && shown[0].hasPrefix("config.json: error: \(words)"), "\(shown)")
    }

    @Test("a file that cannot be read is named")
    func missing() {
        let shown = ConfigReport(file: "no/such.json", isStrict: false).diagnostics.map(\.description)
        #expect(shown.count == 1 && shown[0].hasPrefix("no/such.json: error: read the config: "))
    }
}
