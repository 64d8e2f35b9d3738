// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Service configs in TXT records (gRFC A2)", .timeLimit(.minutes(2)))
struct ConfigRecordTests {
    private let client = ConfigRecord.Client(hostName: "web1", percentile: 30)

    private static func choice(_ policy: String, _ criteria: String = "") -> String {
        #"{\#(criteria)"serviceConfig":{"loadBalancingConfig":[{"\#(policy)":{}}]}}"#
    }

    @Test(
        "the first choice that fits is taken",
        arguments: [
            (["grpc_config=[\(choice("a"))]"], "a"), (["v=spf1", "grpc_config=[\(choice("a"))]"], "a"),
            (["grpc_config=[\(choice("a", #""clientLanguage":["go","C++"],"#)),\(choice("b"))]"], "b"),
            (["grpc_config=[\(choice("a", #""clientLanguage":["go","Swift"],"#)),\(choice("b"))]"], "a"),
            (["grpc_config=[\(choice("a", #""percentage":30,"#)),\(choice("b", #""percentage":31,"#))]"], "b"),
            (["grpc_config=[\(choice("a", #""percentage":0,"#))]"], nil),
            (
                [
                    "grpc_config=[\(choice("a", #""clientHostname":["Web1"],"#)),\(choice("b", #""clientHostname":["x","web1"],"#))]"
                ], "b"
            ),
            (["grpc_config=[\(choice("a", #""clientHostname":["web1"],"percentage":10,"#))]"], nil),
            (["grpc_config=[\(choice("a", #""clientLanguage":[],"clientHostname":[],"#))]"], "a"),
            (["grpc_config=[]"], nil), (["something else"], nil), ([], nil),
        ])
    func choices(texts: [String], policy: String?) throws {
        let config = try ConfigRecord.config(in: texts.map { Array($0.utf8) }, for: client)
        #expect(config?.loadBalancing.first?.policy == policy)
    }

    @Test(
        "anything wrong makes the whole record worthless",
        arguments: [
            ("grpc_config={}", "expected an array"), ("grpc_config=[", "line 1"),
            ("grpc_config=[{}]", "serviceConfig is missing"),
            ("grpc_config=[\(choice("a")),\(choice("b", #""clientVersion":["1"],"#))]", "clientVersion"),
            ("grpc_config=[\(choice("a", #""percentage":101,"#))]", "percentage is 101"),
            ("grpc_config=[\(choice("a", #""percentage":0.5,"#))]", "percentage is 0.5"),
            ("grpc_config=[\(choice("a", #""clientLanguage":"go","#))]", "clientLanguage"),
            (#"grpc_config=[{"serviceConfig":{"loadBalancingConfig":{}}}]"#, "loadBalancingConfig"),
            (#"grpc_config=[{"serviceConfig":7}]"#, "expected an object"),
        ])
    func wrong(text: String, part: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ConfigRecord.config(in: [Array(text.utf8)], for: client)
        }
        #expect(error.message.contains(part), "\(error)")
    }

    @Test("two records and bytes that are no text are errors")
    func ambiguous() {
        let text = Array("grpc_config=[]".utf8)
        #expect(throws: ConfigurationError.self) { try ConfigRecord.config(in: [text, text], for: client) }
        #expect(throws: ConfigurationError.self) { try ConfigRecord.config(in: [text + [0xff]], for: client) }
    }
}
