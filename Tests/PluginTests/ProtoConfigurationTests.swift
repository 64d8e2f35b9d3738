// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SkeinProtoc

@Suite struct ProtoConfigurationTests {
    private func parse(_ json: String) throws -> ProtoConfiguration {
        try ProtoConfiguration(Data(json.utf8), path: "/shop/skein-protos.json")
    }

    @Test("everything may be left out")
    func defaults() throws {
        #expect(try parse("{}") == ProtoConfiguration())
        #expect(ProtoConfiguration().include == ["."])
        #expect(ProtoConfiguration().protos == nil)
    }

    @Test("all fields are read")
    func fields() throws {
        let configuration = try parse(
            """
            {
                "include": ["protos", "../shared"], "protos": ["a/b.proto"], "output": "Made",
                "options": { "visibility": "internal", "server": false, "module": "a.proto:B" }
            }
            """)
        #expect(configuration.include == ["protos", "../shared"])
        #expect(configuration.protos == ["a/b.proto"])
        #expect(configuration.output == "Made")
        #expect(configuration.options == ["module=a.proto:B", "server=false", "visibility=internal"])
    }

    static let wrong: [(String, String)] = [
        ("[]", "expected a JSON object; valid are include, protos, options, output"),
        ("{\"a\": 1, }}", "read JSON: "),
        ("", "read JSON: "),
        ("{\"option\": {}}", "option: unknown field; valid are include, protos, options, output"),
        ("{\"include\": \".\"}", "include: expected an array of strings that is not empty, found \".\""),
        ("{\"include\": []}", "include: expected an array of strings that is not empty, found an empty array"),
        ("{\"protos\": [\"a.proto\", 1]}", "protos[1]: expected a string that is not empty, found a number or null"),
        ("{\"protos\": [\"a.txt\"]}", "protos: \"a.txt\" does not end in .proto"),
        ("{\"output\": true}", "output: expected a string that is not empty, found true"),
        (
            "{\"options\": [\"a=b\"]}",
            "options: expected an object such as {\"visibility\": \"internal\"}, found an array"
        ),
        ("{\"options\": {\"server\": 1}}", "options.server: expected a string, true or false, found a number or null"),
        ("{\"options\": {\"paths\": \"tree\"}}", "options.paths: is set by the plugin; remove it"),
    ]

    @Test("an error names the file and the field", arguments: wrong)
    func refuses(json: String, message: String) throws {
        let error = #expect(throws: ProtoError.self) { try parse(json) }
        #expect(error?.path == "/shop/skein-protos.json")
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }
}
