// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct AnyTests {
    private let info = Google_Rpc_ErrorInfo(reason: "QUOTA", domain: "example.com")

    @Test("a packed message comes back", arguments: [nil, "type.example.com/v1", "type.example.com/", ""])
    func packing(prefix: String?) throws {
        let any =
            if let prefix {
                try Google_Protobuf_Any(packing: info, typeURLPrefix: prefix)
            } else {
                try Google_Protobuf_Any(packing: info)
            }
        #expect(any.typeURL.hasPrefix(prefix ?? "type.googleapis.com/"))
        #expect(any.typeURL.hasSuffix("/google.rpc.ErrorInfo") && !any.typeURL.contains("//"))
        #expect(any.messageName == "google.rpc.ErrorInfo")
        #expect(any.isA(Google_Rpc_ErrorInfo.self) && !any.isA(Google_Rpc_Help.self))
        #expect(try any.unpack(as: Google_Rpc_ErrorInfo.self) == info)
        let inferred: Google_Rpc_ErrorInfo = try any.unpack()
        #expect(inferred == info)
    }

    @Test("a message nested in others keeps its full name")
    func nested() throws {
        let any = try Google_Protobuf_Any(packing: Golden_Nested_Outer.Middle.Inner(text: "t"))
        #expect(any.typeURL == "type.googleapis.com/golden.nested.Outer.Middle.Inner")
    }

    @Test(
        "the name is what follows the last slash",
        arguments: [
            ("type.googleapis.com/a.B", "a.B"), ("/a.B", "a.B"), ("x/y/z/a.B", "a.B"), ("https://x.y/a.B", "a.B"),
            ("a.B", nil), ("", nil), ("a.B/", nil), ("/", nil),
        ])
    func names(url: String, name: String?) {
        #expect(Google_Protobuf_Any(typeURL: url).messageName == name)
    }

    @Test("unpacking as another type names both")
    func mismatch() throws {
        let any = try Google_Protobuf_Any(packing: info)
        let error = #expect(throws: RPCError.self) { try any.unpack(as: Google_Rpc_Help.self) }
        #expect(error?.code == .internal)
        #expect(
            error?.message
                == #"unpack google.rpc.Help: the type URL is "type.googleapis.com/google.rpc.ErrorInfo""#)
    }

    @Test("unpacking broken bytes names the message")
    func broken() {
        let any = Google_Protobuf_Any(typeURL: "/google.rpc.ErrorInfo", value: [0x0a, 5])
        let error = #expect(throws: RPCError.self) { try any.unpack(as: Google_Rpc_ErrorInfo.self) }
        #expect(error?.message.hasPrefix("decode google.rpc.ErrorInfo: ") == true)
    }
}
