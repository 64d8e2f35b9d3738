// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProtobufCodecTests {
    static let samples: [any ProtobufMessage] =
        [
            Samples.scalars, Samples.repeated, Samples.optionals, Samples.maps, Samples.enums, Samples.outer,
            Samples.large, Samples.tree, Samples.wellKnown, Golden_Scalars_Empty(),
            Golden_Scalars_Sparse(last: 1, first: 2, third: 3, beyondReserved: 4),
        ] + Samples.payloads.map { Golden_Oneofs_Oneofs(before: 1, payload: $0, after: "z", maybe: 0) }

    @Test("a message survives encoding and decoding", arguments: samples.indices)
    func roundTrip(index: Int) throws {
        func check(_ message: some ProtobufMessage) throws {
            let bytes = try message.serialized()
            #expect(try type(of: message).init(serialized: bytes) == message)
            var buffer = Buffer()
            try encode(message, into: &buffer)
            #expect(Array(buffer) == bytes)
        }
        try check(ProtobufCodecTests.samples[index])
    }

    private func encode<M: ProtobufMessage>(_ message: M, into buffer: inout Buffer) throws {
        try ProtobufCodec<M>.encode(message, into: &buffer)
    }

    @Test("a default message is no bytes, and no bytes are a default message")
    func empty() throws {
        #expect(try Golden_Scalars_Scalars().serialized() == [])
        #expect(try Golden_Scalars_Scalars(serialized: []) == Golden_Scalars_Scalars())
        #expect(try Golden_Scalars_Scalars(serialized: EmptyCollection<UInt8>()) == Golden_Scalars_Scalars())
    }

    static let encodings: [(Golden_Scalars_Scalars, String)] = [
        (.init(aDouble: 1), "09 00000000 0000f03f"), (.init(aFloat: 1), "15 0000803f"),
        (.init(anInt32: -1), "18 ffffffffffffffffff01"), (.init(anInt64: 300), "20 ac02"),
        (.init(aUint32: .max), "28 ffffffff0f"), (.init(aUint64: .max), "30 ffffffffffffffffff01"),
        (.init(aSint32: -1), "38 01"), (.init(aSint64: 1), "40 02"), (.init(aFixed32: 1), "4d 01000000"),
        (.init(aFixed64: 1), "51 01000000 00000000"), (.init(aSfixed32: -1), "5d ffffffff"),
        (.init(aSfixed64: -2), "61 feffffff ffffffff"), (.init(aBool: true), "68 01"),
        (.init(aString: "ab"), "72 02 6162"), (.init(someBytes: [0]), "7a 01 00"),
    ]

    @Test("each scalar type has protobuf's encoding", arguments: encodings)
    func scalars(message: Golden_Scalars_Scalars, text: String) throws {
        #expect(try message.serialized() == hex(text))
        #expect(try Golden_Scalars_Scalars(serialized: hex(text)) == message)
    }

    @Test("repeated numbers are packed unless the definition says otherwise, and read in both forms, mixed")
    func packing() throws {
        #expect(try Golden_Scalars_Repeated(int32S: [1, 2]).serialized() == hex("1a 02 0102"))
        #expect(try Golden_Scalars_Repeated(unpacked: [1, 2]).serialized() == hex("8001 01 8001 02"))
        #expect(try Golden_Scalars_Repeated(serialized: hex("18 01 1a 02 0203 18 04")).int32S == [1, 2, 3, 4])
        #expect(try Golden_Scalars_Repeated(serialized: hex("8201 02 0203 8001 04")).unpacked == [2, 3, 4])
        #expect(
            try Golden_Scalars_Repeated(serialized: hex("68 02 6a 02 0001 68 00")).bools == [true, false, true, false])
    }

    @Test("a field may take five or ten bytes for a negative number, and extra bytes for any")
    func longVarints() throws {
        #expect(try Golden_Scalars_Scalars(serialized: hex("18 ffffffff0f")).anInt32 == -1)
        #expect(try Golden_Scalars_Scalars(serialized: hex("18 81808000")).anInt32 == 1)
        #expect(try Golden_Scalars_Scalars(serialized: hex("98808000 01")).anInt32 == 1)
        #expect(try Golden_Scalars_Scalars(serialized: hex("72 828000 6162")).aString == "ab")
    }

    @Test("the last of several values of a singular field counts")
    func lastWins() throws {
        #expect(try Golden_Scalars_Scalars(serialized: hex("18 01 18 02")).anInt32 == 2)
        #expect(try Golden_Scalars_Scalars(serialized: hex("72 01 61 72 01 62")).aString == "b")
        #expect(try Golden_Optional_Optionals(serialized: hex("4a 01 61 4a 00")).someBytes == [])
    }

    @Test("explicit defaults are kept where there is presence, and left out where there is none")
    func presence() throws {
        let decoded = try Golden_Optional_Optionals(serialized: hex("18 00 38 00 42 00 60 00"))
        #expect(decoded == Golden_Optional_Optionals(anInt32: 0, aBool: false, aString: ""))
        #expect(try decoded.serialized() == hex("18 00 38 00 42 00"))
    }

    @Test(
        "-0.0, infinities and NaN pass with their bits",
        arguments: [-0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude])
    func floats(value: Double) throws {
        let decoded = try Golden_Scalars_Scalars(serialized: Golden_Scalars_Scalars(aDouble: value).serialized())
        #expect(decoded.aDouble.bitPattern == value.bitPattern)
        let small = try Golden_Scalars_Scalars(serialized: Golden_Scalars_Scalars(aFloat: Float(value)).serialized())
        #expect(small.aFloat.bitPattern == Float(value).bitPattern)
    }

    @Test("a bool is true for any number but zero", arguments: [1, 2, 0x80, UInt64.max])
    func bools(value: UInt64) throws {
        #expect(try Golden_Scalars_Scalars(serialized: field(13, varint: value)).aBool)
    }

    @Test("NUL is a character like any other, in strings, map keys and map values")
    func nul() throws {
        #expect(try Golden_Scalars_Scalars(serialized: hex("72 03 610062")).aString == "a\u{0}b")
        let map = try Golden_Maps_Maps(serialized: field(1, field(1, "k\u{0}") + field(2, "\u{0}v"))).strings
        #expect(map == ["k\u{0}": "\u{0}v"])
    }

    @Test("map entries may lack key or value, and the last of one key counts")
    func maps() throws {
        #expect(try Golden_Maps_Maps(serialized: field(1, [])).strings == ["": ""])
        #expect(try Golden_Maps_Maps(serialized: field(1, field(2, "v"))).strings == ["": "v"])
        #expect(try Golden_Maps_Maps(serialized: field(7, field(1, varint: 3))).messages == [3: .init()])
        let twice = field(1, field(1, "k") + field(2, "a")) + field(1, field(1, "k") + field(2, "b"))
        #expect(try Golden_Maps_Maps(serialized: twice).strings == ["k": "b"])
    }

    @Test("numbers that an enum does not know are kept")
    func openEnums() throws {
        let shades = try Golden_Enums_Shades(serialized: field(1, varint: 42) + field(2, [1, 42]))
        #expect(shades == Golden_Enums_Shades(one: .unrecognized(42), many: [.light, .unrecognized(42)]))
        #expect(Golden_Enums_Shade(rawValue: -1) == .negative)
        #expect(Golden_Enums_Shade.allCases.map(\.rawValue) == [0, 1, 2, -1])
        #expect(Golden_Enums_Alias.same == .one)
    }

    @Test("copies of a message with boxed fields are independent")
    func boxed() {
        var copy = Samples.tree
        copy.left?.value = 100
        copy.left?.left = nil
        #expect(Samples.tree.left?.value == 2)
        #expect(copy != Samples.tree)
        copy.left?.value = 2
        copy.left?.left = .init(value: 3)
        #expect(copy == Samples.tree)
        #expect(copy.hashValue == Samples.tree.hashValue)
    }
}
