// SPDX-License-Identifier: Apache-2.0
import Testing

@Suite(.timeLimit(.minutes(2))) struct GeneratorErrorTests {
    static let unsupported: [(String, String)] = [
        (
            "syntax = \"proto2\";\nmessage M {\n  optional group Result = 1 { optional int32 a = 1; }\n}",
            "test.proto:3:3: groups are not supported; declare Result as a message and a field of it"
        ),
        (
            "message M {\n  oneof o {\n    int32 a = 2;\n    group Choice = 1 {}\n  }\n}",
            "test.proto:4:5: groups are not supported; declare Choice as a message and a field of it"
        ),
        (
            "syntax = \"proto2\";\nmessage M { message N { repeated group Item = 7 {} } }",
            "test.proto:2:25: groups are not supported; declare Item as a message and a field of it"
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
        ("paths=deep", "option paths=deep: expected one of tree, flat, name"),
        ("file_naming=tree", "option file_naming=tree: expected one of FullPath, PathToUnderscores, DropPath"),
        ("messages=swift", "option messages=swift: expected one of native, swift-protobuf, none"),
        ("client=maybe", "option client=maybe: expected true or false"),
        ("server=1", "option server=1: expected true or false"),
        ("module=a.proto", "option module=a.proto: expected PROTO:MODULE, as in google/type/date.proto:MyTypes"),
        ("module=a.proto:My Types", "option module=a.proto:My Types: expected PROTO:MODULE"),
        ("module=a.proto:A,module=a.proto:B", "option module=a.proto:B: a.proto is in module A already, not in B"),
        ("module_mappings=/nowhere", "option module_mappings=/nowhere: expected the path of a text file"),
        ("module_mappings=/usr/bin/env", "option module_mappings=/usr/bin/env: expected "),
    ]

    @Test("unknown options and values are refused, naming the valid ones", arguments: options)
    func refusesOptions(options: String, message: String) throws {
        let outcome = try Protoc.run(text: "syntax = \"proto3\";", options: options)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
}
