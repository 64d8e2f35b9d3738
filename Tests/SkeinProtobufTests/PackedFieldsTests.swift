// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct PackedFieldsTests {
    private typealias Repeated = Golden_Scalars_Repeated
    private typealias Scalars = Golden_Scalars_Scalars

    /// A packed field of each kind: its number, the wire type of one value, and three values, which are written alike
    /// in a run and alone.
    static let kinds: [(number: UInt64, wire: UInt64, values: [[UInt8]], message: Golden_Scalars_Repeated)] = [
        (
            1, 1, [hex("00000000 0000f03f"), hex("00000000 00000080"), hex("00000000 0000f07f")],
            .init(doubles: [1, -0.0, .infinity])
        ),
        (2, 5, [hex("0000803f"), hex("00000080"), hex("000080ff")], .init(floats: [1, -0.0, -.infinity])),
        (3, 0, [hex("ffffffffffffffffff01"), hex("ffffffff07"), hex("ffffffff0f")], .init(int32S: [-1, .max, -1])),
        (4, 0, [hex("80808080808080808001"), hex("00"), hex("ac02")], .init(int64S: [.min, 0, 300])),
        (5, 0, [hex("ffffffff0f"), hex("81808000"), hex("8180808010")], .init(uint32S: [.max, 1, 1])),
        (
            6, 0, [hex("ffffffffffffffffff01"), hex("8000"), hex("ffffffffffffffffff7f")],
            .init(uint64S: [.max, 0, .max])
        ),
        (7, 0, [hex("01"), hex("ffffffff0f"), hex("feffffff0f")], .init(sint32S: [-1, .min, .max])),
        (
            8, 0, [hex("02"), hex("ffffffffffffffffff01"), hex("feffffffffffffffff01")],
            .init(sint64S: [1, .min, .max])
        ),
        (9, 5, [hex("01000000"), hex("00000000"), hex("ffffffff")], .init(fixed32S: [1, 0, .max])),
        (
            10, 1, [hex("0100000000000000"), hex("0000000000000000"), hex("ffffffffffffffff")],
            .init(fixed64S: [1, 0, .max])
        ),
        (11, 5, [hex("ffffffff"), hex("00000080"), hex("02000000")], .init(sfixed32S: [-1, .min, 2])),
        (
            12, 1, [hex("ffffffffffffffff"), hex("0000000000000080"), hex("0300000000000000")],
            .init(sfixed64S: [-1, .min, 3])
        ),
        (13, 0, [hex("01"), hex("00"), hex("808080808001")], .init(bools: [true, false, true])),
    ]

    @Test("the values of a packed field come in one run, in several, empty ones too, alone, or mixed", arguments: kinds)
    func forms(number: UInt64, wire: UInt64, values: [[UInt8]], message: Golden_Scalars_Repeated) throws {
        let run = { (range: Range<Int>) in field(number, values[range].flatMap { $0 }) }
        let alone = { (index: Int) in varint(number << 3 | wire) + values[index] }
        let other = field(14, "another field")
        let forms = [
            run(0..<3), run(0..<1) + run(1..<1) + run(1..<3), run(0..<0) + run(0..<2) + run(2..<3) + run(3..<3),
            alone(0) + alone(1) + alone(2), alone(0) + run(1..<3), run(0..<2) + alone(2),
            run(0..<1) + alone(1) + run(2..<3),
        ]
        for form in forms {
            #expect(try Repeated(serialized: form) == message)
            var beside = message
            beside.strings = ["another field"]
            #expect(try Repeated(serialized: other + form) == beside)
        }
        let again = try Repeated(serialized: run(0..<3) + run(0..<3)).serialized()
        #expect(try again == Repeated(serialized: message.serialized() + message.serialized()).serialized())
        #expect(try Repeated(serialized: run(0..<0)) == Repeated())
    }

    @Test("a run has the values that libprotobuf-c reads alone", arguments: UInt64(1)...4)
    func runs(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<40 {
            let values = (0..<Int.random(in: 1...200, using: &random)).map { _ in encodedNumber(&random) }
            let run = values.flatMap { $0 }
            let all = try Repeated(serialized: [3, 4, 5, 6, 7, 8, 13].flatMap { field($0, run) })
            let each = try values.map { value in
                try Scalars(serialized: [3, 4, 5, 6, 7, 8, 13].flatMap { varint($0 << 3) + value })
            }
            #expect(all.int32S == each.map(\.anInt32))
            #expect(all.int64S == each.map(\.anInt64))
            #expect(all.uint32S == each.map(\.aUint32))
            #expect(all.uint64S == each.map(\.aUint64))
            #expect(all.sint32S == each.map(\.aSint32))
            #expect(all.sint64S == each.map(\.aSint64))
            #expect(all.bools == each.map(\.aBool))
        }
    }

    /// A varint of any length, now and then with more bytes than the number needs.
    private func encodedNumber(_ random: inout SplitMix64) -> [UInt8] {
        let bits = UInt64.random(in: 0...63, using: &random)
        var bytes = varint(UInt64.random(in: 0...(.max), using: &random) >> bits)
        if bytes.count < 10, Int.random(in: 0..<8, using: &random) == 0 {
            let more = Int.random(in: 1...(10 - bytes.count), using: &random)
            bytes[bytes.count - 1] |= 0x80
            bytes += Array(repeating: 0x80, count: more - 1) + [0]
        }
        return bytes
    }

    static let broken: [(String, UInt64, [UInt8])] = [
        ("a value cut short", 4, hex("01 ac")), ("nothing but the beginning of a value", 3, hex("ff")),
        ("a value cut short after many", 6, Array(repeating: 1, count: 100) + hex("80")),
        ("a value of 11 bytes", 4, hex("01 ffffffffffffffffffff 01")),
        ("a bool of 11 bytes", 13, hex("8080808080808080808000")),
        ("4 bytes for numbers of 8", 1, hex("00000000")), ("5 bytes for numbers of 4", 9, hex("0000000000")),
    ]

    @Test("a run that is no run of values is refused, after others and inside of messages too", arguments: broken)
    func refused(name: String, number: UInt64, run: [UInt8]) {
        for bytes in [field(number, run), field(number, []) + field(number, run)] {
            let error = #expect(throws: RPCError.self) { try Golden_Scalars_Repeated(serialized: bytes) }
            #expect(error?.code == .internal)
            #expect(error?.message == "decode golden.scalars.Repeated: malformed")
        }
    }

    @Test("a value of another wire type is an unknown field")
    func wireTypes() throws {
        let alien = hex("19 0102030405060708") + hex("0d 01020304")
        let message = try Repeated(serialized: field(3, [7]) + alien + hex("18 08"))
        #expect(message.int32S == [7, 8])
        #expect(message.unknownFields == alien)
    }

    @Test("proto2 fields are read in either form, mixed, whatever they are declared as")
    func proto2() throws {
        typealias Optionals = Golden_Proto2_Optionals
        for number: UInt64 in [19, 20] {
            let runs = field(number, [1, 2]) + field(number, []) + field(number, [3])
            let alone = field(number, varint: 1) + field(number, varint: 2) + field(number, varint: 3)
            let mixed = field(number, varint: 1) + field(number, [2]) + field(number, varint: 3)
            let nested = field(16, mixed)
            for bytes in [runs, alone, mixed] {
                let message = try Optionals(serialized: bytes)
                #expect((number == 19 ? message.unpacked : message.packed) == [1, 2, 3])
            }
            let inner = try Optionals(serialized: nested + nested).inner
            #expect((number == 19 ? inner?.unpacked : inner?.packed) == [1, 2, 3, 1, 2, 3])
        }
    }

    @Test("of a closed enum's runs unknown numbers go, and known ones stay in order over all of them")
    func closedEnums() throws {
        typealias Kinds = Golden_Closedenums_Kinds
        let negative = varint(UInt64(bitPattern: -3))
        let bytes = field(4, [5, 1]) + field(4, []) + field(4, varint: 0) + field(4, negative + [2, 5])
        let kinds = try Kinds(serialized: bytes + field(11, varint: 5))
        #expect(kinds.packed == [.first, .none, .negative, .first])
        #expect(kinds.unknownFields == field(4, varint: 1) + field(4, varint: 2))
        #expect(throws: RPCError.self) { try Kinds(serialized: field(4, [1, 0x80]) + field(11, varint: 5)) }
    }

    @Test("runs as long as a message may be, and very many empty ones, are decoded")
    func large() throws {
        let long = try Repeated(serialized: field(4, Array(repeating: 1, count: 4 << 20)))
        #expect(long.int64S.count == 4 << 20)
        let bools = try Repeated(serialized: field(13, Array(repeating: 1, count: 4 << 20)))
        #expect(bools.bools.count == 4 << 20)
        let empty = Array(repeating: hex("22 00"), count: 1 << 20).flatMap { $0 }
        #expect(try Repeated(serialized: empty + field(4, [9])).int64S == [9])
        let alone = Array(repeating: hex("20 01"), count: 1 << 17).flatMap { $0 }
        #expect(try Repeated(serialized: alone).int64S.count == 1 << 17)
    }
}
