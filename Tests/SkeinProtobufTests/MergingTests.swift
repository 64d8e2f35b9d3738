// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct MergingTests {
    private typealias Oneofs = Golden_Oneofs_Oneofs
    private typealias Point = Golden_Oneofs_Point

    @Test("occurrences of a singular message are merged in order")
    func singularMessage() throws {
        let parts = [
            Golden_Nested_Outer(middle: .init(inner: .init(text: "first", level: .high), inners: [.init(text: "a")])),
            Golden_Nested_Outer(middle: .init(inner: .init(text: "second"), inners: [.init(text: "b")])),
            Golden_Nested_Outer(middle: .init()),
        ]
        let merged = try Golden_Nested_Outer(serialized: parts.flatMap { try $0.serialized() })
        let inners: [Golden_Nested_Outer.Middle.Inner] = [.init(text: "a"), .init(text: "b")]
        #expect(merged.middle == .init(inner: .init(text: "second", level: .high), inners: inners))
    }

    @Test("an explicit empty value of a later occurrence wins")
    func explicitEmpty() throws {
        let parts = [
            Golden_Optional_Optionals(inner: .init(aString: "x", someBytes: [1], plain: 1)),
            Golden_Optional_Optionals(inner: .init(aString: "", someBytes: [])),
        ]
        let merged = try Golden_Optional_Optionals(serialized: parts.flatMap { try $0.serialized() })
        #expect(merged.inner == .init(aString: "", someBytes: [], plain: 1))
    }

    @Test("occurrences of a message whose oneofs are unset are merged, not refused")
    func unsetOneofs() throws {
        let bytes = try Oneofs(secondChoice: .left(.init(x: 1))).serialized()
        #expect(
            try Oneofs(serialized: field(9, bytes) + field(9, [])).payload
                == .recursive(.init(secondChoice: .left(.init(x: 1)))))
        let twoPoints = field(11, field(1, varint: 1)) + field(11, field(2, varint: 2))
        #expect(try Oneofs(serialized: twoPoints).secondChoice == .left(.init(x: 1, y: 2)))
    }

    @Test("of several members of a oneof the last counts, whatever their numbers")
    func lastMember() throws {
        let text = field(2, "t")
        let number = field(3, varint: 5)
        let point = field(7, field(1, varint: 1))
        #expect(try Oneofs(serialized: text + number).payload == .number(5))
        #expect(try Oneofs(serialized: number + text).payload == .text("t"))
        #expect(try Oneofs(serialized: point + text + field(2, "u")).payload == .text("u"))
        #expect(try Oneofs(serialized: text + point).payload == .point(.init(x: 1)))
        #expect(try Oneofs(serialized: text + field(3, varint: 0)).payload == .number(0))
        #expect(try Oneofs(serialized: number + field(2, "")).payload == .text(""))
    }

    @Test("a oneof's message is merged with its own kind, and not across another member")
    func mergedMember() throws {
        let x = field(7, field(1, varint: 1))
        let y = field(7, field(2, varint: 2))
        #expect(try Oneofs(serialized: x + y).payload == .point(.init(x: 1, y: 2)))
        #expect(try Oneofs(serialized: x + field(3, varint: 1) + y).payload == .point(.init(y: 2)))
        let nested = field(9, x) + field(9, y)
        #expect(try Oneofs(serialized: nested).payload == .recursive(.init(payload: .point(.init(x: 1, y: 2)))))
    }

    @Test("other fields keep their values when members of a oneof have to be sorted out")
    func besideOneof() throws {
        var expected = Samples.payloads.last.map { Oneofs(before: 3, payload: $0, after: "z", maybe: 0) } ?? .init()
        expected.secondChoice = .right(.init(name: .short("s")))
        let bytes = try field(2, "lost") + expected.serialized() + hex("f801 07")
        expected.unknownFields = hex("f801 07")
        #expect(try Oneofs(serialized: bytes) == expected)
    }
}
