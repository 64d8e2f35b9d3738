// SPDX-License-Identifier: Apache-2.0
import Testing

@Suite(.timeLimit(.minutes(2))) struct GeneratorErrorTests {
    static let unsupported: [(String, String)] = [
        (
            "// A comment.\n\n  syntax = \"proto2\";\nmessage M { optional int32 a = 1; }",
            "test.proto:3:3: proto2 is not supported yet; expected syntax = \"proto3\""
        ),
        (
            "message M { optional int32 a = 1; }",
            "test.proto:1:1: proto2 is not supported yet (a file without a syntax line is proto2); expected"
        ),
    ]

    @Test("what is not supported is refused with file, line, column and the way out", arguments: unsupported)
    func refusesFile(text: String, message: String) throws {
        let outcome = try Protoc.run(text: text)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.files.isEmpty)
    }

    static let options: [(String, String)] = [
        ("visiblity=public", "unknown option \"visiblity\"; valid are visibility=public|package|internal, imports="),
        ("public", "unknown option \"public\""),
        ("visibility=open", "option visibility=open: expected one of public, package, internal"),
        ("visibility", "option visibility=: expected one of public, package, internal"),
        ("comments=yes", "option comments=yes: expected true or false"),
        ("imports=A+", "option imports=A+: expected auto, none, or module names joined by +"),
        ("imports=A B", "option imports=A B: expected auto, none, or module names joined by +"),
        ("paths=deep", "option paths=deep: expected one of tree, flat"),
    ]

    @Test("unknown options and values are refused, naming the valid ones", arguments: options)
    func refusesOptions(options: String, message: String) throws {
        let outcome = try Protoc.run(text: "syntax = \"proto3\";", options: options)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
}
