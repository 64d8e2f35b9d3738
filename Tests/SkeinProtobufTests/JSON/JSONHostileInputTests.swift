// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias Tree = Golden_Recursion_Tree
private typealias Value = Google_Protobuf_Value

@Suite("hostile JSON", .timeLimit(.minutes(5)))
struct JSONHostileInputTests {
    private func nested(_ open: String, _ close: String, _ count: Int) -> String {
        String(repeating: open, count: count) + String(repeating: close, count: count)
    }

    @Test("messages may be nested as deep as in the encoding, and no deeper")
    func depth() throws {
        let deepest = try Tree(json: "{" + nested(#""left":{"#, "}", 100) + "}")
        #expect(try Tree(json: deepest.jsonString()) == deepest)
        expectRefusal("{" + nested(#""left":{"#, "}", 101) + "}", as: Tree.self, ["nested deeper than 100 levels"])
        let tooDeep = (0..<101).reduce(Tree()) { inner, _ in Tree(left: inner) }
        let error = try #require(throws: RPCError.self) { try tooDeep.jsonString() }
        #expect(error.message.contains("nested deeper than 100 levels"))
    }

    @Test(
        "deep nesting of any kind is refused without using up the stack",
        arguments: ["{\"left\":", "{\"more\":[", "[", "{\"named\":{\"a\":"])
    func deeper(open: String) {
        let text = String(repeating: open, count: 100_000)
        expectRefusal(text, as: Tree.self, [])
        expectRefusal(text, as: Tree.self, [], .init(ignoreUnknownFields: true))
        expectRefusal(object("x", text), as: Tree.self, [], .init(ignoreUnknownFields: true))
        expectRefusal(text, as: Value.self, [])
        expectRefusal(object("@type", text), as: Google_Protobuf_Any.self, [])
        expectRefusal(object("a", text), as: Google_Protobuf_Any.self, [])
    }

    @Test("nested Any is refused as other messages are")
    func deepAny() throws {
        let type = #""@type":"x/google.protobuf.Any""#
        func json(_ count: Int) -> String {
            nested("{\(type),\"value\":", "}", count).replacing("}", with: "{}}", maxReplacements: 1)
        }
        _ = try Google_Protobuf_Any(json: json(100))
        expectRefusal(json(101), as: Google_Protobuf_Any.self, ["nested deeper than 100 levels"])
        let late = nested("{\"value\":", ",\(type)}", 100).replacing(",\(type)", with: "{},\(type)", maxReplacements: 1)
        _ = try Google_Protobuf_Any(json: late)
    }

    @Test("huge numbers and long texts are read or refused in time")
    func huge() throws {
        let digits = String(repeating: "9", count: 100_000)
        expectRefusal(object("value", digits), as: Tree.self, ["value: expected an integer", "99..."])
        expectRefusal(object("value", "1e\(digits)"), as: Tree.self, ["value: expected an integer"])
        let zeros = String(repeating: "0", count: 100_000)
        #expect(try Tree(json: object("value", "1\(zeros)e-100000")) == Tree(value: 1))
        #expect(try Tree(json: object("value", "0.\(zeros)")) == Tree())
        expectRefusal(digits, as: Value.self, ["expected a number that fits 64 bits"])
        let text = String(repeating: "é", count: 100_000)
        #expect(try Value(json: "\"\(text)\"") == Value(kind: .stringValue(text)))
        expectRefusal(object(text, "1"), as: Tree.self, ["éé..."])
        let list = "[" + String(repeating: "{},", count: 20_000) + "{}]"
        #expect(try Tree(json: object("more", list)).more.count == 20_001)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "{", "}", "{}}", "{} {}", "{}x", "nul", "{\"value\":1,}", "{,}", "{\"value\" 1}", "{\"value\":01}",
            "{value:1}",
            "{\"value\":+1}", "{\"value\":.5}", "{\"value\":1.}", "{\"value\":1e}", "{\"value\":-}", "// x\n{}",
            "{/**/}", "{}//",
            "{\"more\":[{},]}", "{\"more\":[{} {}]}", "{\"more\":[,{}]}", "{'value':1}", "\u{feff}{}",
            "{\"value\":NaN}", "[1", "\"",
        ])
    func malformed(json: String) {
        expectRefusal(json, as: Tree.self, ["line ", "column ", "expected "])
    }

    @Test("bytes that are not UTF-8 are refused")
    func encoding() {
        let result = Result { () throws(RPCError) in try Value(json: [0x22, 0xff, 0x22]) }
        #expect(throws: RPCError.self) { try result.get() }
        let overlong = Result { () throws(RPCError) in try Value(json: [0x22, 0xc0, 0x80, 0x22]) }
        #expect(throws: RPCError.self) { try overlong.get() }
        #expect(throws: RPCError.self) { try Value(json: [UInt8]()) }
    }
}
