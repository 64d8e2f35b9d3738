// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite("descriptions of messages", .timeLimit(.minutes(2)))
struct ProtobufTextTests {
    @Test("fields stand one a line, messages in braces")
    func fields() {
        let message = Golden_Nested_Outer(
            middle: .init(inner: .init(text: "t", level: .high), inners: [.init(), .init(text: "u")]), level: .high)
        #expect(
            message.description == """
                middle {
                  inner {
                    text: "t"
                    level: LEVEL_HIGH
                  }
                  inners {
                  }
                  inners {
                    text: "u"
                  }
                }
                level: LEVEL_HIGH

                """)
        #expect("\(Golden_Nested_Outer())" == "")
    }

    @Test("the debug description names the type")
    func debug() {
        #expect(Golden_Scalars_Scalars().debugDescription == "golden.scalars.Scalars {}")
        #expect(Golden_Scalars_Scalars(anInt32: 1).debugDescription == "golden.scalars.Scalars {\n  an_int32: 1\n}")
    }

    @Test("scalars have their text form")
    func scalars() {
        #expect(
            Samples.scalars.description == """
                a_double: -0.5
                a_float: 3.25
                an_int32: -1
                an_int64: -9223372036854775808
                a_uint32: 4294967295
                a_uint64: 18446744073709551615
                a_sint32: -2147483648
                a_sint64: -9223372036854775808
                a_fixed32: 7
                a_fixed64: 8
                a_sfixed32: -7
                a_sfixed64: -8
                a_bool: true
                a_string: "naïve \\000 🐦"
                some_bytes: "\\000\\377"

                """)
        let repeated = Golden_Scalars_Repeated(doubles: [1, -0.0, .nan, .infinity, -.infinity, 1e20], floats: [0.1])
        let texts = ["1", "-0", "nan", "inf", "-inf", "1e+20"].map { "doubles: \($0)\n" }.joined()
        #expect(repeated.description == "\(texts)floats: 0.1\n")
    }

    @Test("strings and bytes are escaped as in C")
    func escapes() {
        let message = Golden_Scalars_Scalars(
            aString: "a\n\t\r\"'\\\u{1}\u{7f}é", someBytes: Array("a\n\"é1".utf8) + [0xff])
        #expect(
            message.description == """
                a_string: "a\\n\\t\\r\\"\\'\\\\\\001\\177é"
                some_bytes: "a\\n\\"\\303\\2511\\377"

                """)
    }

    @Test("the entries of maps stand in the order of their keys")
    func maps() {
        let maps = Golden_Maps_Maps(
            strings: ["b": "", "a": "1"], numbers: [10: 0, -1: 5], messages: [1: .init()],
            kinds: ["k": .unrecognized(9)])
        #expect(
            maps.description == """
                strings {
                  key: "a"
                  value: "1"
                }
                strings {
                  key: "b"
                  value: ""
                }
                numbers {
                  key: -1
                  value: 5
                }
                numbers {
                  key: 10
                  value: 0
                }
                messages {
                  key: 1
                  value {
                  }
                }
                kinds {
                  key: "k"
                  value: 9
                }

                """)
    }

    @Test("fields with presence are shown with their default values")
    func presence() {
        #expect(
            Golden_Optional_Optionals(anInt32: 0, aString: "", color: .red).description
                == "an_int32: 0\na_string: \"\"\ncolor: RED\n")
        #expect(Golden_Oneofs_Oneofs(payload: .flag(false)).description == "flag: false\n")
    }

    @Test("unknown fields are shown by their number")
    func unknown() throws {
        let bytes = hex("10 05 1a 03 616263 22 02 08 01 2d 01000000 31 0200000000000000 3b 08 01 13 14 3c 42 00")
        #expect(
            try Golden_Scalars_Empty(serialized: bytes).description == """
                2: 5
                3: "abc"
                4 {
                  1: 1
                }
                5: 0x00000001
                6: 0x0000000000000002
                7 {
                  1: 1
                  2 {
                  }
                }
                8: ""

                """)
    }

    @Test("what an Any holds is shown when its type is always known")
    func any() throws {
        let value = try Google_Rpc_ErrorInfo(reason: "R").serialized()
        let known = Google_Protobuf_Any(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: value)
        #expect(
            Google_Rpc_Status(code: 5, details: [known]).description == """
                code: 5
                details {
                  [type.googleapis.com/google.rpc.ErrorInfo] {
                    reason: "R"
                  }
                }

                """)
        #expect(Google_Protobuf_Any(typeURL: "x/y", value: [1]).description == "type_url: \"x/y\"\nvalue: \"\\001\"\n")
        let broken = Google_Protobuf_Any(typeURL: "x/google.rpc.Status", value: [255])
        #expect(broken.description == "type_url: \"x/google.rpc.Status\"\nvalue: \"\\377\"\n")
    }

    @Test("messages nested too deep are cut off")
    func depth() {
        let tree = (0..<150).reduce(Golden_Recursion_Tree(value: 7)) { inner, _ in Golden_Recursion_Tree(left: inner) }
        let lines = tree.description.split(separator: "\n")
        #expect(lines.count == 201)
        #expect(lines[100].hasSuffix("left { ... }"))
        var bytes: [UInt8] = []
        for _ in 0..<60 { bytes = field(9, bytes) }
        var message = Golden_Scalars_Empty()
        message.unknownFields = bytes
        #expect(message.description.split(separator: "\n").count < 30)
    }

    @Test("unknown fields that are no fields are left out")
    func garbage() {
        var message = Golden_Scalars_Scalars(anInt32: 1)
        message.unknownFields = [255, 255]
        #expect(message.description == "an_int32: 1\n")
    }

    @Test("random messages have a description, and equal ones the same", arguments: UInt64(1)...4)
    func random(seed: UInt64) throws {
        var source = RandomMessages(random: SplitMix64(seed: seed))
        for _ in 0..<50 {
            let message = try source.message(Golden_Wellknown_WellKnown.self)
            let copy = try Golden_Wellknown_WellKnown(serialized: message.serialized())
            #expect(copy.description == message.description)
            #expect(message.description.isEmpty == (message == .init()))
        }
    }
}
