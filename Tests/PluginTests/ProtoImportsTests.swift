// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinProtoc

@Suite struct ProtoImportsTests {
    static let texts: [(String, [String])] = [
        ("", []),
        ("syntax = \"proto3\"; import \"a.proto\";\nimport\n  'b/c.proto' ;", ["a.proto", "b/c.proto"]),
        ("import public \"a.proto\"; import weak \"b.proto\";", ["a.proto", "b.proto"]),
        ("// import \"a.proto\";\n/* import \"b.proto\"; */ import /* so */ \"c.proto\";", ["c.proto"]),
        ("option (x) = \"import \\\"a.proto\\\";\"; message important { string import = 1; }", []),
        ("/* import \"a.proto\";", []),
        ("import \"a.proto", ["a.proto"]),
        ("import", []),
        ("import \"grüße/ü.proto\";", ["grüße/ü.proto"]),
    ]

    @Test("imports are found, but not in comments and strings", arguments: texts)
    func finds(text: String, names: [String]) {
        #expect(ProtoImports.names(in: text) == names)
    }
}
