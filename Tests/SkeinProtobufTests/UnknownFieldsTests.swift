// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct UnknownFieldsTests {
    private typealias Scalars = Golden_Scalars_Scalars

    static let unknown: [(String, [UInt8])] = [
        ("varint", hex("f006 ac02")), ("64 bits", hex("f106 0102030405060708")), ("bytes", hex("f206 03 610062")),
        ("32 bits", hex("f506 01020304")), ("highest number", hex("f8ffffff0f 01")),
        ("several", hex("f006 01 fa06 00 f006 02")), ("our wrapper's number", hex("fae109 02 0801")),
        ("group", hex("f306 08 01 f406")), ("group in group", hex("f306 fb06 12 01 61 fc06 f406")),
        ("empty group beside others", hex("f006 01 f306 f406 f006 02")),
    ]

    @Test("fields that the definition lacks are kept and written again", arguments: unknown)
    func kept(name: String, bytes: [UInt8]) throws {
        let message = try Scalars(serialized: hex("18 07") + bytes + hex("68 01"))
        var expected = Scalars(anInt32: 7, aBool: true)
        expected.unknownFields = bytes
        #expect(message == expected)
        #expect(try message.serialized() == hex("18 07 68 01") + bytes)
    }

    @Test("unknown fields of messages inside of messages are kept there", arguments: unknown)
    func keptBelow(name: String, bytes: [UInt8]) throws {
        let message = try Golden_Nested_Outer(serialized: field(1, field(1, bytes)) + field(2, bytes))
        #expect(message.middle?.inner?.unknownFields == bytes)
        #expect(message.middles.map(\.unknownFields) == [bytes])
        #expect(message.unknownFields == [])
        #expect(try message.serialized() == field(1, field(1, bytes)) + field(2, bytes))
    }

    static let mismatches: [(String, [UInt8])] = [
        ("int32 as bytes", hex("1a 01 05")), ("string as varint", hex("70 05")),
        ("string as 32 bits", hex("75 01020304")),
        ("bool as bytes", hex("6a 01 01")), ("bool as 32 bits", hex("6d 01000000")),
        ("bool as 64 bits", hex("69 0100000000000000")), ("double as 32 bits", hex("0d 01020304")),
        ("fixed32 as varint", hex("48 01")), ("bytes as a group", hex("7b 7c")),
    ]

    @Test("a known field with another wire type is unknown", arguments: mismatches)
    func mismatch(name: String, bytes: [UInt8]) throws {
        let message = try Scalars(serialized: hex("18 07") + bytes)
        var expected = Scalars(anInt32: 7)
        expected.unknownFields = bytes
        #expect(message == expected)
    }

    @Test("repeated fields and oneof members with another wire type are unknown")
    func mismatchElsewhere() throws {
        let bools = try Golden_Scalars_Repeated(serialized: hex("6d 01000000 68 01"))
        #expect(bools.bools == [true])
        #expect(bools.unknownFields == hex("6d 01000000"))
        let strings = try Golden_Scalars_Repeated(serialized: hex("70 01 72 01 61"))
        #expect(strings.strings == ["a"])
        #expect(strings.unknownFields == hex("70 01"))
        let oneof = try Golden_Oneofs_Oneofs(serialized: field(2, "t") + hex("1a 01 05"))
        #expect(oneof.payload == .text("t"))
        #expect(oneof.unknownFields == hex("1a 01 05"))
    }

    @Test("unknown fields that are not encoded fields are not written")
    func garbage() throws {
        var message = Scalars(anInt32: 7)
        message.unknownFields = [0]
        #expect(try message.serialized() == hex("18 07"))
        message.unknownFields = [0x80]
        #expect(try message.serialized() == hex("18 07"))
    }
}
