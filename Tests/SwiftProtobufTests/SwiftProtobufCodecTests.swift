// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinSwiftProtobuf
import SwiftProtobuf
import SwiftProtobufStubs
import Testing

@Suite("the codec of swift-protobuf's messages")
struct SwiftProtobufCodecTests {
    typealias Codec = SwiftProtobufCodec<Skein_Testing_Item>

    private func encode<Message: SwiftProtobuf.Message>(_ message: Message) throws -> [UInt8] {
        var buffer = Buffer()
        try SwiftProtobufCodec.encode(message, into: &buffer)
        return Array(buffer)
    }

    private func decode<Message: SwiftProtobuf.Message>(_ bytes: [UInt8], as: Message.Type) throws -> Message {
        try SwiftProtobufCodec.decode(bytes.span.bytes)
    }

    private let item = Skein_Testing_Item.with {
        $0.text = "goose"
        $0.counts = ["a": 1, "b": 2]
        $0.parts = [.with { $0.mark.number = 7 }]
    }

    @Test("bytes are those of swift-protobuf, whatever the buffer is", arguments: [0, 5, 9])
    func buffers(headroom: Int) throws {
        var expected = BinaryEncodingOptions()
        expected.useDeterministicOrdering = true
        for message in [item, Skein_Testing_Item()] {
            var buffer = Buffer(headroom: headroom, capacity: 0)
            try Codec.encode(message, into: &buffer)
            #expect(Array(buffer) == (try message.serializedBytes(options: expected) as [UInt8]))
            #expect(buffer.headroom == headroom)
            #expect(try decode(Array(buffer), as: Skein_Testing_Item.self) == message)
        }
    }

    @Test("what a buffer has stays in front", arguments: [0, 5])
    func appending(headroom: Int) throws {
        let first: [UInt8] = [1, 2, 3]
        var buffer = Buffer(headroom: headroom, capacity: 0)
        buffer.append(first.span.bytes)
        try Codec.encode(item, into: &buffer)
        #expect(Array(buffer) == first + (try encode(item)))
    }

    @Test("a message has the same bytes each time, however its map came to be")
    func deterministic() throws {
        let names = (0..<50).map { "\($0)" }
        var bytes: Set<[UInt8]> = []
        for shift in 0..<50 {
            var item = Skein_Testing_Item()
            for index in names.indices { item.counts[names[(index + shift) % names.count]] = 1 }
            bytes.insert(try encode(item))
        }
        #expect(bytes.count == 1)
    }

    @Test("fields that are not known survive")
    func unknownFields() throws {
        let bytes: [UInt8] = [0xf8, 0x01, 0x05]  // field 31, varint 5
        #expect(try encode(decode(bytes, as: Skein_Testing_Item.self)) == bytes)
    }

    static let wrong: [([UInt8], String)] = [
        ([0x0a], "truncated"),
        ([0x0a, 0x05, 0x61], "truncated"),
        ([0x0a, 0x01, 0xff], "invalid UTF-8 in a string"),
        ([0x00, 0x00], "malformed"),
        ([0x0c], "malformed"),
    ]

    @Test("what is no message is refused with its name and what is wrong", arguments: wrong)
    func refuses(bytes: [UInt8], reason: String) throws {
        let error = #expect(throws: RPCError.self) { try decode(bytes, as: Skein_Testing_Item.self) }
        #expect(error?.status == Status(.internal, "decode skein.testing.Item: \(reason)"))
    }

    @Test("messages nested more than 100 levels deep are refused")
    func depth() throws {
        let shallow = try decode(nested(levels: 50), as: Google_Protobuf_Value.self)
        #expect(shallow.listValue.values.count == 1)
        let error = #expect(throws: RPCError.self) { try decode(nested(levels: 500), as: Google_Protobuf_Value.self) }
        let reason = "messages are nested deeper than 100 levels"
        #expect(error?.status == Status(.internal, "decode google.protobuf.Value: \(reason)"))
    }

    /// A `google.protobuf.Value` of lists in lists.
    private func nested(levels: Int) -> [UInt8] {
        (0..<levels).reduce([]) { bytes, level in
            // Values and lists, the innermost of either kind.
            [(levels - level) % 2 == 0 ? 0x0a : 0x32] + length(bytes.count) + bytes
        }
    }

    private func length(_ count: Int) -> [UInt8] {
        count < 128 ? [UInt8(count)] : [UInt8(count & 127 | 128), UInt8(count >> 7)]
    }

    @Test("a required field without a value stops a message in both directions")
    func required() throws {
        typealias Part = Google_Protobuf_UninterpretedOption.NamePart
        let name = "google.protobuf.UninterpretedOption.NamePart"
        var error = #expect(throws: RPCError.self) { try encode(Part()) }
        #expect(error?.status == Status(.internal, "encode \(name): a required field has no value"))
        error = #expect(throws: RPCError.self) { try decode([], as: Part.self) }
        #expect(error?.status == Status(.internal, "decode \(name): a required field has no value"))
    }
}
