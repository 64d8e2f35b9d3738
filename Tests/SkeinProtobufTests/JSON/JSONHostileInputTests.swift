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

    @Test("mutated texts never crash, and what is accepted comes back", arguments: UInt64(1)...6)
    func mutations(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let corpus: [any ProtobufMessage] = [
            Samples.scalars, Samples.repeated, Samples.optionals, Samples.maps, Samples.enums, Samples.outer,
            Samples.tree,
            Golden_Wellknown_WellKnown(
                created: .init(seconds: 1), elapsed: .init(seconds: -1, nanos: -5),
                any: .init(typeURL: "x/google.protobuf.Empty"),
                mask: .init(paths: ["a.b"]), attributes: Samples.wellKnown.attributes),
        ]
        var accepted = 0
        for round in 0..<800 {
            let message = corpus[round % corpus.count]
            let bytes = mutate(try message.jsonBytes(), &random)
            if try isAccepted(like: message, bytes) { accepted += 1 }
        }
        #expect(accepted > 10)
    }

    private func isAccepted<M: ProtobufMessage>(like _: M, _ bytes: [UInt8]) throws -> Bool {
        guard let first = try? M(json: bytes) else { return false }
        let second = try M(json: first.jsonBytes())
        #expect(try second == first || second.jsonString() == first.jsonString())
        return true
    }

    private func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
            let letters = Array("{}[]\",:0123456789.eE+-tfn\\u _a".utf8)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where !bytes.isEmpty: bytes[place] = letters.randomElement(using: &random) ?? 0
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            case 2: bytes.insert(letters.randomElement(using: &random) ?? 0, at: min(place, bytes.count))
            case 3: bytes = Array(bytes[..<min(place, bytes.count)])
            default:
                let end = min(place + Int.random(in: 1...20, using: &random), bytes.count)
                if place < end { bytes.insert(contentsOf: bytes[place..<end], at: place) }
            }
        }
        return bytes
    }
}
