// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct ClosedEnumTests {
    private typealias Kinds = Golden_Closedenums_Kinds
    private typealias Kind = Golden_Closedenums_Kind

    /// The field without which no message is complete.
    private let needed = field(11, varint: 5)

    /// Decodes `bytes`, and checks that a round trip keeps everything.
    private func decode(_ bytes: [UInt8]) throws -> Kinds {
        var kinds = try Kinds(serialized: bytes + needed)
        #expect(kinds.needed == .first)
        #expect(try Kinds(serialized: kinds.serialized()) == kinds)
        kinds.needed = nil
        return kinds
    }

    @Test("cases have their numbers, aliases are other names, and there are no other values")
    func cases() {
        #expect(Kind.allCases == [.first, .none, .negative, .unrecognized, .allCases_])
        #expect(Kind.allCases.map(\.rawValue) == [5, 0, -3, 9, 10])
        #expect(Kind.primary == .first)
        #expect(Kind(rawValue: 1) == nil)
    }

    @Test("known numbers are values, 0 and negative ones too")
    func known() throws {
        let kinds = try decode(
            field(1, varint: 0) + field(3, varint: 5) + field(4, [0, 5]) + field(5, field(2, varint: 1))
                + field(6, varint: UInt64(bitPattern: -3)))
        let expected = Kinds(
            one: Kind.none, unpacked: [.first], packed: [.none, .first], byNumber: [0: .one], choice: .kind(.negative))
        #expect(kinds == expected)
    }

    @Test("an unknown number of a singular field is an unknown field, and an earlier value stays")
    func singular() throws {
        #expect(try decode(field(1, varint: 1)) == unknown(field(1, varint: 1)))
        let later = try decode(field(1, varint: 5) + field(1, varint: 1))
        #expect(later == unknown(field(1, varint: 1)) { $0.one = .first })
    }

    @Test("an unknown number of a singular field that a later known one replaces goes unseen")
    func replaced() throws {
        // Other implementations keep it as an unknown field. Here it is dropped before anybody looks at it.
        #expect(try decode(field(1, varint: 1) + field(1, varint: 5)) == unknown([]) { $0.one = .first })
    }

    @Test("of a repeated field, packed or not, unknown numbers go and known ones stay in order")
    func repeated() throws {
        for number: UInt64 in [3, 4] {
            let packed = try decode(field(number, [5, 1, 0, 2, 5]))
            let mixed = try decode(field(number, varint: 5) + field(number, varint: 1) + field(number, [0, 2, 5]))
            let expected = unknown(field(number, varint: 1) + field(number, varint: 2)) {
                if number == 3 { $0.unpacked = [.first, .none, .first] } else { $0.packed = [.first, .none, .first] }
            }
            #expect(packed == expected)
            #expect(mixed == expected)
        }
    }

    @Test("a map's entry with an unknown number is kept as a whole")
    func map() throws {
        let lost = field(5, field(1, varint: 7) + field(2, varint: 9))
        let kept = field(5, field(1, varint: 8) + field(2, varint: 1))
        #expect(try decode(lost + kept) == unknown(lost) { $0.byNumber = [8: .one] })
        #expect(try decode(field(5, field(1, varint: 7))).byNumber == [7: .none])
    }

    @Test("an unknown number does not change what a oneof holds")
    func oneof() throws {
        #expect(try decode(field(6, varint: 1)) == unknown(field(6, varint: 1)))
        let textFirst = try decode(field(7, "t") + field(6, varint: 1))
        #expect(textFirst == unknown(field(6, varint: 1)) { $0.choice = .text("t") })
        let inner = try decode(field(8, field(1, varint: 1) + field(2, varint: 3)))
        var expected = Kinds.Inner(number: 3)
        expected.unknownFields = field(1, varint: 1)
        #expect(inner.choice == .inner(expected))
    }

    @Test("unknown numbers in messages below are kept there")
    func nested() throws {
        let kinds = try decode(field(10, field(1, varint: 77)) + field(10, field(1, varint: 9)))
        #expect(kinds.inners.map(\.kind) == [nil, .unrecognized])
        #expect(kinds.inners.map(\.unknownFields) == [field(1, varint: 77), []])
    }

    @Test("a number is judged by its low 32 bits, as an enum is read")
    func truncated() throws {
        #expect(try decode(field(1, varint: 1 << 32 | 5)).one == .first)
        #expect(try decode(field(1, varint: 1 << 32 | 1)).unknownFields == field(1, varint: 1 << 32 | 1))
    }

    @Test("an enum of a proto3 file stays open in a proto2 message")
    func open() throws {
        #expect(try decode(field(9, varint: 77)).shade == .unrecognized(77))
    }

    @Test("the default is the one declared")
    func defaults() {
        #expect(Kinds().defaultedOrDefault == .none)
        #expect(Kinds(defaulted: .negative).defaultedOrDefault == .negative)
    }

    private func unknown(_ bytes: [UInt8], _ fill: (inout Kinds) -> Void = { _ in }) -> Kinds {
        var kinds = Kinds()
        fill(&kinds)
        kinds.unknownFields = bytes
        return kinds
    }
}
