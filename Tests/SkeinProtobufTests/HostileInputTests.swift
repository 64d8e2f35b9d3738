// SPDX-License-Identifier: Apache-2.0
import CSkein
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct HostileInputTests {
    static let broken: [(String, [UInt8], String)] = [
        ("field number 0", hex("00 01"), "invalid field number 0 at byte 0"),
        ("overlong field number 0", hex("8200 00"), "invalid field number 0 at byte 0"),
        ("field number above 2^29", hex("80808080 10 01"), "invalid field number 536870912 at byte 0"),
        ("tag of six bytes", hex("808080808001 01"), "tag of more than 5 bytes at byte 0"),
        ("wire type 6", hex("16"), "invalid wire type 6 of field 2 at byte 0"),
        ("wire type 7", hex("18 01 1f"), "invalid wire type 7 of field 3 at byte 2"),
        ("varint of 11 bytes", hex("18 ffffffffffffffffffff 01"), "varint of more than 10 bytes at byte 1"),
        ("length beyond the end", hex("72 03 6162"), "3 bytes announced, 2 left, at byte 1"),
        ("length 2^32-1", hex("72 ffffffff0f 61"), "4294967295 bytes announced, 1 left, at byte 1"),
        ("length -1", hex("72 ffffffffffffffffff01 61"), "length of more than 5 bytes at byte 1"),
        ("end of no group", hex("f406"), "end of group 110 without its start at byte 2"),
        ("unended group", hex("f306 08 01"), "truncated varint at byte 4"),
        ("group ended as another", hex("f306 fc06"), "end of group 111 inside of group 110 at byte 2"),
        ("truncated tag", hex("18 01 80"), "truncated varint at byte 2"),
        ("invalid UTF-8", hex("72 02 c328"), "invalid UTF-8 in a_string of golden.scalars.Scalars"),
        ("UTF-8 of a surrogate", hex("72 03 eda080"), "invalid UTF-8 in a_string of golden.scalars.Scalars"),
        ("overlong UTF-8", hex("72 02 c080"), "invalid UTF-8 in a_string of golden.scalars.Scalars"),
    ]

    @Test("bytes that are no message are refused with the reason and the place", arguments: broken)
    func refused(name: String, bytes: [UInt8], reason: String) throws {
        let error = #expect(throws: RPCError.self) { try Golden_Scalars_Scalars(serialized: bytes) }
        #expect(error?.code == .internal)
        let message = try #require(error?.message)
        #expect(message.hasPrefix("decode golden.scalars.Scalars: "), "\(message)")
        #expect(message.contains(reason), "\(message)")
    }

    @Test("invalid UTF-8 is refused wherever a string can be")
    func invalidUTF8() {
        let bad: [UInt8] = [0xff]
        let cases: [any ProtobufMessage.Type] = [
            Golden_Scalars_Repeated.self, Golden_Optional_Optionals.self, Golden_Maps_Maps.self, Golden_Maps_Maps.self,
            Golden_Oneofs_Oneofs.self,
        ]
        let bytes = [field(14, bad), field(8, bad), field(1, field(1, bad)), field(1, field(2, bad)), field(2, bad)]
        for (type, bytes) in zip(cases, bytes) {
            let error = #expect(throws: RPCError.self) { try type.init(serialized: bytes) }
            #expect(error?.message.contains("invalid UTF-8 in ") == true)
        }
    }

    @Test("a message cut anywhere is refused or is a message")
    func truncation() throws {
        let messages: [any ProtobufMessage] = [
            Samples.scalars, Samples.repeated, Samples.optionals, Samples.outer, Samples.tree, Samples.wellKnown,
        ]
        for message in messages {
            let bytes = try message.serialized()
            let boundaries = fieldBoundaries(bytes)
            for end in 0...bytes.count {
                let isMessage = (try? type(of: message).init(serialized: bytes[..<end])) != nil
                #expect(isMessage == boundaries.contains(end), "\(type(of: message)) cut at \(end)")
            }
        }
    }

    /// The offsets at which a field ends.
    private func fieldBoundaries(_ bytes: [UInt8]) -> Set<Int> {
        var (offset, boundaries): (Int, Set<Int>) = (0, [0])
        func next() -> UInt64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while true {
                let byte = bytes[offset]
                offset += 1
                value |= UInt64(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { return value }
            }
        }
        while offset < bytes.count {
            switch next() & 7 {
            case 0: _ = next()
            case 1: offset += 8
            case 5: offset += 4
            default: offset += Int(next())
            }
            boundaries.insert(offset)
        }
        return boundaries
    }

    @Test("100 levels of messages are accepted, 101 are refused")
    func depth() throws {
        #expect(throws: Never.self) { try Golden_Recursion_Tree(serialized: nested(100, in: 2)) }
        #expect(throws: Never.self) { try Golden_Oneofs_Oneofs(serialized: nested(100, in: 9)) }
        for count in [101, 150, 1000, 50_000] {
            for field: UInt64 in [2, 4] {
                let error = #expect(throws: RPCError.self) {
                    try Golden_Recursion_Tree(serialized: nested(count, in: field))
                }
                #expect(error?.message.contains("nested deeper than 100 levels") == true, "\(count)")
            }
        }
    }

    @Test("the limit of levels holds for rewritten input and for groups")
    func depthOfRewritten() throws {
        let mismatch = hex("1a 00")
        #expect(throws: Never.self) { try Golden_Recursion_Tree(serialized: nested(100, in: 2) + hex("0a 00")) }
        #expect(throws: RPCError.self) { try Golden_Recursion_Tree(serialized: nested(101, in: 2) + hex("0a 00")) }
        let group = { (levels: Int) in
            Array(repeating: hex("f306"), count: levels).flatMap { $0 }
                + Array(repeating: hex("f406"), count: levels).flatMap { $0 }
        }
        #expect(throws: Never.self) { try Golden_Scalars_Empty(serialized: group(100) + mismatch) }
        #expect(throws: RPCError.self) { try Golden_Scalars_Empty(serialized: group(101)) }
        #expect(throws: RPCError.self) { try Golden_Scalars_Empty(serialized: group(100_000)) }
    }

    @Test("a thread with a small stack survives deep input")
    func smallStack() throws {
        let refused = try onThread(stack: 512 << 10) {
            (try? Golden_Recursion_Tree(serialized: nested(20_000, in: 2))) == nil
        }
        #expect(refused)
        let accepted = try onThread(stack: 512 << 10) {
            (try? Golden_Recursion_Tree(serialized: nested(100, in: 2))) != nil
                && (try? Golden_Recursion_Tree(serialized: nested(101, in: 2))) == nil
        }
        #expect(accepted)
    }

    @Test("input that needs far more memory than it has bytes is refused")
    func amplification() throws {
        let bomb = Array(repeating: hex("12 00"), count: 1_250_000).flatMap { $0 }
        let error = #expect(throws: RPCError.self) { try Golden_Nested_HoldsLarge(serialized: bomb) }
        #expect(error?.message.contains("needs more than ") == true, "\(String(describing: error))")
    }

    @Test("4 MiB of empty messages of a small type are decoded")
    func manyMessages() throws {
        let many = Array(repeating: hex("5a 00"), count: 2 << 20).flatMap { $0 }
        #expect(try Golden_Wellknown_WellKnown(serialized: many).flags.count == 2 << 20)
    }

    @Test("Swift values that are far larger than libprotobuf-c's are counted too")
    func largeValues() throws {
        #expect(MemoryLayout<Golden_Nested_Wide>.stride > 600)
        let bomb = Array(repeating: hex("0a 00"), count: 1 << 19).flatMap { $0 }
        let error = #expect(throws: RPCError.self) { try Golden_Nested_HoldsWide(serialized: bomb) }
        #expect(error?.message.hasSuffix("needs more than 71303168 bytes of memory, many times its own size") == true)
        #expect(try Golden_Nested_HoldsWide(serialized: bomb.prefix(1000)).wides.count == 500)
    }

    @Test("the memory that decoding may take follows the size of the message", arguments: [0, 1, 1000, 1 << 20])
    func memoryLimit(count: Int) throws {
        let bytes = Array(repeating: hex("18 01"), count: count / 2).flatMap { $0 }
        _ = try Golden_Scalars_Scalars(serialized: bytes)
        #expect(skein_arena_current().pointee.limit == 4 << 20 + 64 * bytes.count)
    }

    @Test("a message is refused wherever a huge length is announced", arguments: [UInt64(1) << 31, 1 << 32, 1 << 63])
    func hugeLengths(length: UInt64) {
        for number: UInt64 in [14, 15] {
            let bytes = varint(number << 3 | 2) + varint(length) + [1, 2, 3]
            #expect(throws: RPCError.self) { try Golden_Scalars_Scalars(serialized: bytes) }
            #expect(throws: RPCError.self) { try Golden_Scalars_Repeated(serialized: bytes) }
        }
        for number: UInt64 in [2, 4, 5] {
            let bytes = varint(number << 3 | 2) + varint(length)
            #expect(throws: RPCError.self) { try Golden_Recursion_Tree(serialized: bytes) }
        }
    }

    @Test("invalid UTF-8 that a later value of the same field replaces goes unseen")
    func replacedUTF8() throws {
        // Other implementations refuse it. Here the earlier value is dropped before anybody looks at it.
        #expect(try Golden_Scalars_Scalars(serialized: field(14, [0xff]) + field(14, "fine")).aString == "fine")
        #expect(throws: RPCError.self) { try Golden_Scalars_Scalars(serialized: field(14, "fine") + field(14, [0xff])) }
    }

    @Test("many merged occurrences take linear time")
    func manyOccurrences() throws {
        let one = field(1, field(2, field(1, "x")))
        let bytes = Array(repeating: one, count: 100_000).flatMap { $0 }
        #expect(try Golden_Nested_Outer(serialized: bytes).middle?.inners.count == 100_000)
    }
}
