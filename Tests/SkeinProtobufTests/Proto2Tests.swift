// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct Proto2Tests {
    private typealias Optionals = Golden_Proto2_Optionals
    private typealias Defaults = Golden_Proto2_Defaults

    @Test("an optional field is nil when absent, and written when set, to zero even")
    func presence() throws {
        #expect(try Optionals(serialized: []) == Optionals())
        #expect(try Optionals().serialized() == [])
        let zeros = Optionals(
            aDouble: 0, aFloat: 0, anInt32: 0, anInt64: 0, aUint32: 0, aUint64: 0, aSint32: 0, aSint64: 0, aFixed32: 0,
            aFixed64: 0, aSfixed32: 0, aSfixed64: 0, aBool: false, aString: "", someBytes: [], inner: .init(),
            choice: .number(0))
        let bytes = try zeros.serialized()
        #expect(try Optionals(serialized: bytes) == zeros)
        #expect(bytes.count == 66)
    }

    @Test("repeated numbers are unpacked unless the definition says otherwise, and read in both forms")
    func packing() throws {
        #expect(try Optionals(unpacked: [1, 2]).serialized() == hex("9801 01 9801 02"))
        #expect(try Optionals(packed: [1, 2]).serialized() == hex("a201 02 0102"))
        #expect(try Optionals(serialized: hex("9a01 02 0102 9801 03")).unpacked == [1, 2, 3])
        #expect(try Optionals(serialized: hex("a001 01 a201 01 02")).packed == [1, 2])
    }

    @Test("extension fields are kept as unknown fields")
    func extensions() throws {
        let bytes = field(100, "text") + field(101, varint: 7) + field(102, field(1, varint: 1)) + field(5000, "x")
        let message = try Optionals(serialized: hex("18 07") + bytes)
        #expect(message.anInt32 == 7)
        #expect(message.unknownFields == bytes)
        #expect(try message.serialized() == hex("18 07") + bytes)
    }

    @Test("a field that is not set has its declared default beside it")
    func defaults() {
        let none = Defaults()
        #expect(none.count == nil)
        #expect(none.countOrDefault_p == 5)
        #expect(none.lowestOrDefault == .min)
        #expect(none.highestOrDefault == .max)
        #expect(none.negativeOrDefault == -7)
        #expect(none.ratioOrDefault == 1.5e20)
        #expect(none.wholeOrDefault == 3)
        #expect(none.endlessOrDefault == .infinity)
        #expect(none.leastOrDefault == -.infinity)
        #expect(none.undefinedOrDefault.isNaN)
        #expect(none.minusZeroOrDefault.bitPattern == (-0.0).bitPattern)
        #expect(none.flagOrDefault)
        #expect(none.textOrDefault == "a \"quoted\" \\ line\nand \t\u{1} naïve")
        #expect(none.blobOrDefault == [0, 255, 97, 34, 10, 92, 39])
        #expect(none.emptyOrDefault == "")
        #expect(none.defaultOrDefault == 1)
        #expect(Defaults(count: 0, flag: false).countOrDefault_p == 0)
        #expect(!Defaults(flag: false).flagOrDefault)
    }

    @Test("a default is not written, and not read into a field")
    func defaultsOnTheWire() throws {
        #expect(try Defaults().serialized() == [])
        #expect(try Defaults(serialized: []).count == nil)
        #expect(try Defaults(count: 5).serialized() == hex("08 05"))
    }

    @Test("invalid UTF-8 is refused here too")
    func invalidUTF8() {
        // protobuf lets it pass in proto2; a Swift string cannot hold it.
        #expect(throws: RPCError.self) { try Optionals(serialized: field(14, [0xff])) }
    }

    @Test("a file without a syntax line is proto2")
    func withoutSyntaxLine() throws {
        #expect(try Golden_Proto2_WithoutSyntax(number: 0).serialized() == hex("08 00"))
    }

    @Test("a set of messages of the old wire format is kept as it came")
    func messageSet() throws {
        let item = hex("0b 10 04 1a 02 0801 0c")
        let set = try Golden_Proto2_Set(serialized: item)
        #expect(set.unknownFields == item)
        #expect(try set.serialized() == item)
    }
}
