// SPDX-License-Identifier: Apache-2.0
import Testing

/// `messages=swift-protobuf`: the stubs are those of native messages but for names of types, codec and imports.
@Suite(.timeLimit(.minutes(2))) struct SwiftProtobufStubsTests {
    private let text = """
        syntax = "proto3";
        package p;
        message M { message N {} message Type {} }
        enum E { ZERO = 0; }
        service S { rpc Call(M) returns (stream M.N); rpc Type(M.Type) returns (M); }
        """

    private func generate(_ text: String, _ options: String = "") throws -> String {
        let outcome = try Protoc.run(text: text, options: "messages=swift-protobuf" + options)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try #require(outcome.files["test.skein.swift"])
    }

    private func imports(_ file: String) -> [Substring] {
        file.split(separator: "\n").filter { $0.contains("import ") }
    }

    @Test("services name swift-protobuf's types and its codec, and no message is generated")
    func services() throws {
        let file = try generate(text)
        #expect(file.contains("static let call = Method<P_M, P_M.N>("))
        #expect(file.contains("SwiftProtobufCodec<P_M>.self, SwiftProtobufCodec<P_M.N>.self)"))
        #expect(file.contains("Method<P_M.TypeMessage, P_M>("))
        #expect(!file.contains("ProtobufMessage") && !file.contains("P_E") && !file.contains(" ProtobufCodec"))
        #expect(file.contains("public static let test_proto: ProtobufFile"))
        #expect(imports(file) == ["public import Skein", "import SkeinSwiftProtobuf"])
    }

    @Test("swift_prefix is that of the types and of the service")
    func prefix() throws {
        let file = try generate("\(text)\noption swift_prefix = \"Shop\";")
        #expect(file.contains("enum ShopS {"))
        #expect(file.contains("Method<ShopM, ShopM.N>("))
    }

    @Test("well-known types are those of SwiftProtobuf, not those that Skein has too")
    func wellKnown() throws {
        let file = try generate(
            """
            syntax = "proto3";
            import "google/protobuf/empty.proto";
            service S { rpc Call(google.protobuf.Empty) returns (google.protobuf.Empty); }
            """)
        #expect(file.contains("Method<SwiftProtobuf.Google_Protobuf_Empty, SwiftProtobuf.Google_Protobuf_Empty>("))
        #expect(imports(file) == ["public import Skein", "import SkeinSwiftProtobuf", "public import SwiftProtobuf"])
        #expect(file.contains("imports: { [.google_protobuf_empty_proto] })"))
    }

    @Test("a file without services has its descriptor alone")
    func descriptorOnly() throws {
        let file = try generate("syntax = \"proto3\"; message M {}")
        #expect(imports(file) == ["public import SkeinProtobuf"])
        #expect(file.contains("public static let test_proto: ProtobufFile"))
        #expect(!file.contains("struct"))
    }

    @Test("proto2 is swift-protobuf's to handle, groups too")
    func proto2() throws {
        let file = try generate(
            """
            syntax = "proto2";
            message M { required int32 a = 1; optional group G = 2 { optional int32 b = 3; } }
            service S { rpc Call(M) returns (M); }
            """)
        #expect(file.contains("Method<M, M>("))
    }

    static let hiding = ["message Channel {}", "enum Method { A = 0; }"]

    @Test("a type that hides one of the stubs' is refused with its place and the way out", arguments: hiding)
    func refusesHidingNames(declaration: String) throws {
        let text = "syntax = \"proto3\";\nmessage M {}\n\(declaration)\n"
        let service = "service S { rpc Call(M) returns (M); }"
        let outcome = try Protoc.run(text: text + service, options: "messages=swift-protobuf")
        let name = declaration.split(separator: " ")[1]
        let message = "test.proto:3:1: \(name) hides a type of Skein of that name; give the file a package, or option"
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(try Protoc.run(text: text, options: "messages=swift-protobuf").status == 0, "no stubs, nothing hidden")
    }
}
