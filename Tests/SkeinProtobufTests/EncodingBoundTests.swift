// SPDX-License-Identifier: Apache-2.0
import CProtobufC
import CSkein
import Goldens
import SkeinCore
import Testing

@testable import SkeinProtobuf

/// libprotobuf-c writes without looking at the end of its buffer, so that the bound must never be too low.
@Suite(.timeLimit(.minutes(2))) struct EncodingBoundTests {
    private static let types: [any ProtobufMessage.Type] = [
        Golden_Scalars_Scalars.self, Golden_Scalars_Repeated.self, Golden_Maps_Maps.self, Golden_Oneofs_Oneofs.self,
        Golden_Optional_Optionals.self, Golden_Nested_Outer.self, Golden_Recursion_Tree.self,
        Golden_Enums_Shades.self, Google_Protobuf_Struct.self, Google_Rpc_Status.self,
    ]

    /// The bound and the real size of `message`'s encoding.
    private func sizes<Message: ProtobufMessage>(_ message: Message) throws -> (bound: Int, size: Int) {
        let arena = ProtobufArena.begin()
        defer { arena.reset() }
        let slots = try arena.writeChecked(message)
        return withExtendedLifetime(message) {
            let packed = UnsafePointer(slots.assumingMemoryBound(to: ProtobufCMessage.self))
            return (Int(arena.state.pointee.bound), protobuf_c_message_get_packed_size(packed))
        }
    }

    private func check<Message: ProtobufMessage>(_ type: Message.Type, _ random: inout RandomMessages) throws {
        var message = try random.message(type)
        if Bool.random(using: &random.random) {
            message.unknownFields = field(10_000, [UInt8](repeating: 7, count: 300))
        }
        let (bound, size) = try sizes(message)
        #expect(bound >= size, "\(type.protobufName): \(message)")
    }

    @Test("no encoding is longer than its bound", arguments: UInt64(1)...200)
    func random(seed: UInt64) throws {
        var random = RandomMessages(random: SplitMix64(seed: seed))
        for type in Self.types { try check(type, &random) }
    }

    @Test("nor with the largest values, of many fields and of one")
    func extremes() throws {
        let numbers = Array(repeating: Int32.min, count: 1_000)
        for message in [
            Golden_Scalars_Repeated(int32S: numbers), Golden_Scalars_Repeated(int64S: numbers.map { Int64($0) << 32 }),
            Golden_Scalars_Repeated(strings: Array(repeating: "", count: 1_000)),
        ] {
            let (bound, size) = try sizes(message)
            #expect(bound >= size)
        }
    }

    @Test("a message much shorter than its bound does not hold on to the memory")
    func excess() throws {
        let message = Golden_Scalars_Repeated(int32S: Array(repeating: 0, count: 1_000))
        let (bound, size) = try sizes(message)
        #expect(bound > 4 * size)
        var buffer = Buffer()
        try ProtobufCodec.encode(message, into: &buffer)
        #expect(buffer.count == size)
        #expect(buffer.storage.capacity <= 2 * size + 256)
        #expect(try Golden_Scalars_Repeated(serialized: Array(buffer)) == message)
    }

    @Test("a layout found by its slots is the one that was made")
    func layoutOfSlots() throws {
        let arena = ProtobufArena.begin()
        defer { arena.reset() }
        let made = Golden_Scalars_Scalars.protobufLayout
        let found = ProtobufLayout(of: try arena.writeChecked(Golden_Scalars_Scalars()))
        #expect(found.descriptor == made.descriptor && found.size == made.size && found.bound == made.bound)
    }

    @Test("what is too long for its bound to be set aside is encoded all the same")
    func large() throws {
        let message = Golden_Scalars_Repeated(
            strings: Array(repeating: String(repeating: "x", count: 100), count: 10_000))
        let bytes = try message.serialized()
        #expect(bytes.count > 1_000_000)
        #expect(try Golden_Scalars_Repeated(serialized: bytes) == message)
    }
}
