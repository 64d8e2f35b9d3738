// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC
internal import CSkein
public import SkeinCore

/// For generated code: the calling thread's memory for one message on its way to or from libprotobuf-c.
///
/// `begin` and `reset` enclose one encoding or decoding; in between no other code runs on the thread.
@frozen
public struct ProtobufArena {
    /// A `skein_arena`, whose first two words are the next free byte and the end of the chunk.
    @usableFromInline let arena: UnsafeMutableRawPointer

    @usableFromInline
    init(_ arena: UnsafeMutableRawPointer) { self.arena = arena }

    /// Starts an encoding, whose size the program itself decides.
    @usableFromInline
    static func begin() -> ProtobufArena {
        let arena = skein_arena_current()!
        skein_arena_begin(arena, .max, 0)
        return ProtobufArena(arena)
    }

    /// Starts a decoding of `count` bytes, whose memory and stack are bounded.
    @usableFromInline
    static func begin(decoding count: Int) -> ProtobufArena {
        let arena = skein_arena_current()!
        skein_arena_begin(arena, limit(decoding: count), stackLimit)
        return ProtobufArena(arena)
    }

    /// Starts a second decoding in the same use.
    func restart(decoding count: Int) {
        reset()
        skein_arena_begin(state, ProtobufArena.limit(decoding: count), ProtobufArena.stackLimit)
    }

    @usableFromInline
    func reset() { skein_arena_reset(state) }

    private var state: UnsafeMutablePointer<skein_arena> { arena.assumingMemoryBound(to: skein_arena.self) }

    /// Honest input of the worst kind, a field of many empty messages, needs about 50 times its own size.
    private static func limit(decoding count: Int) -> Int { 4 << 20 + 64 * min(count, largestMessage) }

    /// libprotobuf-c takes about 1 KiB for each level of nesting; the exact limit is `ProtobufReader.depthLimit`.
    private static var stackLimit: Int { 192 << 10 }

    /// libprotobuf-c counts some things in 32 bits.
    private static var largestMessage: Int { Int(Int32.max) }
}

// MARK: Allocating

extension ProtobufArena {
    /// `size` bytes aligned to 8, not zeroed. Only for encoding, where no limit is set.
    @inlinable
    func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        let next = arena.load(as: UInt.self)
        let end = arena.load(fromByteOffset: MemoryLayout<UInt>.size, as: UInt.self)
        let rounded = UInt(bitPattern: size &+ 7) & ~7
        guard rounded <= end &- next, let block = UnsafeMutableRawPointer(bitPattern: next) else { return grow(size) }
        arena.storeBytes(of: next &+ rounded, as: UInt.self)
        return block
    }

    @inline(never) @usableFromInline
    func grow(_ size: Int) -> UnsafeMutableRawPointer {
        guard let block = skein_arena_allocate(state, max(size, 1)) else { fatalError("out of memory") }
        return block
    }

    @inlinable
    func copy(_ bytes: UnsafeRawBufferPointer) -> ProtobufBytes {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return ProtobufBytes(count: 0, start: nil) }
        let copy = allocate(bytes.count)
        copy.copyMemory(from: start, byteCount: bytes.count)
        return ProtobufBytes(count: bytes.count, start: copy)
    }

    /// The slots of `message`.
    @inlinable
    func write<Message: ProtobufMessage>(_ message: borrowing Message) -> UnsafeMutableRawPointer {
        let layout = Message.protobufLayout
        let slots = allocate(layout.size)
        message.writeProtobuf(to: ProtobufWriter(slots: slots, arena: self, layout: layout))
        return slots
    }
}

// MARK: Calling libprotobuf-c

extension ProtobufArena {
    /// Appends the encoding of the message in `slots`.
    @usableFromInline
    func pack(_ slots: UnsafeMutableRawPointer, into buffer: inout Buffer) throws(RPCError) {
        let message = UnsafePointer(slots.assumingMemoryBound(to: ProtobufCMessage.self))
        let size = protobuf_c_message_get_packed_size(message)
        if size == 0 { return }
        if size > ProtobufArena.largestMessage {
            let name = String(validatingCString: message.pointee.descriptor.pointee.name) ?? ""
            throw RPCError(.internal, "encode \(name): \(ProtobufFault(.tooLarge(size)))")
        }
        try buffer.append(count: size) { (bytes) throws(RPCError) in
            protobuf_c_message_pack(message, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The slots that `bytes` encode. Strings in them are not validated, and depth not counted, until they are read.
    @usableFromInline
    func unpack(_ bytes: UnsafeRawBufferPointer, _ layout: ProtobufLayout) throws(ProtobufFault) -> ProtobufReader {
        if bytes.count > ProtobufArena.largestMessage { throw ProtobufFault(.tooLarge(bytes.count)) }
        layout.link()
        var allocator = ProtobufCAllocator(
            alloc: skein_arena_alloc_callback, free: skein_arena_free_callback, allocator_data: arena)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        if let message = protobuf_c_message_unpack(layout.message, &allocator, bytes.count, start) {
            return ProtobufReader(slots: UnsafeRawPointer(message), depth: ProtobufReader.depthLimit)
        }
        switch Int(state.pointee.failure) {
        case SKEIN_ARENA_DEPTH: throw ProtobufFault(.tooDeep)
        case SKEIN_ARENA_BYTES: throw ProtobufFault(.tooMuchMemory(limit: state.pointee.limit))
        default: throw ProtobufFault(.malformed)
        }
    }
}
