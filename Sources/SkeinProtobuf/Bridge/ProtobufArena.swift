// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC
internal import CSkein

/// For generated code: the calling thread's memory for one message on its way to or from libprotobuf-c.
///
/// `begin` and `reset` enclose one encoding or decoding; in between no other code runs on the thread.
///
/// What decoding may take follows the size of the bytes, and with it the call's limit on the size of messages: 4 MiB and
/// 64 times the bytes for libprotobuf-c's form of the message, as much again for the Swift values made of it, not
/// counting the contents of strings and bytes, which are never more than came. A message of 4 MiB, gRPC's usual limit,
/// is decoded within 260 MiB each or refused; honest ones take about three times their size.
@frozen
public struct ProtobufArena {
    /// A `skein_arena`, whose first four words are the next free byte, the end of the chunk, the allowance and the bound.
    @usableFromInline let arena: UnsafeMutableRawPointer

    @usableFromInline
    init(_ arena: UnsafeMutableRawPointer) { self.arena = arena }

    /// Starts an encoding, whose size the program itself decides.
    @usableFromInline
    static func begin() -> ProtobufArena {
        ProtobufArena(skein_arena_begin_current(.max, 0))
    }

    /// Starts a decoding of `count` bytes, whose memory and stack are bounded.
    @usableFromInline
    static func begin(decoding count: Int) -> ProtobufArena {
        ProtobufArena(skein_arena_begin_current(limit(decoding: count), stackLimit))
    }

    /// Starts a second decoding in the same use.
    func restart(decoding count: Int) {
        reset()
        skein_arena_begin(state, ProtobufArena.limit(decoding: count), ProtobufArena.stackLimit)
    }

    @usableFromInline
    func reset() { skein_arena_reset(state) }

    var state: UnsafeMutablePointer<skein_arena> { arena.assumingMemoryBound(to: skein_arena.self) }

    /// Honest input of the worst kind, a field of many empty messages, needs about 50 times its own size.
    static func limit(decoding count: Int) -> Int { 4 << 20 + 64 * min(count, largestMessage) }

    /// libprotobuf-c takes about 1 KiB for each level of nesting; the exact limit is `ProtobufReader.depthLimit`.
    private static var stackLimit: Int { 192 << 10 }

    /// libprotobuf-c counts some things in 32 bits.
    static var largestMessage: Int { Int(Int32.max) }
}

// MARK: Allocating

extension ProtobufArena {
    /// `size` bytes aligned to 8, not zeroed; `nil` when there is no memory: in an encoding, which has no limit,
    /// `pack` reports it.
    @inlinable
    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let next = arena.load(as: UInt.self)
        let end = arena.load(fromByteOffset: MemoryLayout<UInt>.size, as: UInt.self)
        let rounded = UInt(bitPattern: size &+ 7) & ~7
        guard rounded <= end &- next, let block = UnsafeMutableRawPointer(bitPattern: next) else { return grow(size) }
        arena.storeBytes(of: next &+ rounded, as: UInt.self)
        return block
    }

    @inline(never) @usableFromInline
    func grow(_ size: Int) -> UnsafeMutableRawPointer? { skein_arena_allocate(state, max(size, 1)) }

    @inlinable
    func copy(_ bytes: UnsafeRawBufferPointer) -> ProtobufBytes {
        guard let start = bytes.baseAddress, !bytes.isEmpty, let copy = allocate(bytes.count) else {
            return ProtobufBytes(count: 0, start: nil)
        }
        copy.copyMemory(from: start, byteCount: bytes.count)
        return ProtobufBytes(count: bytes.count, start: copy)
    }

    /// The slots of `message`, which may contain `depth` levels of messages; `nil` when that is not enough, or when
    /// there is no memory, which `pack` reports.
    @inlinable
    func write<Message: ProtobufMessage>(
        _ message: borrowing Message, depth: Int32 = ProtobufReader.depthLimit
    ) -> UnsafeMutableRawPointer? {
        if depth < 0 {
            refuse(depth)
            return nil
        }
        let layout = Message.protobufLayout
        guard let slots = allocate(layout.size) else { return nil }
        expect(layout.bound)
        message.writeProtobuf(to: ProtobufWriter(slots: slots, arena: self, layout: layout, depth: depth))
        return slots
    }

    /// Raises the bound of the encoding's size.
    @inlinable
    func expect(_ bytes: Int) {
        let offset = 3 &* MemoryLayout<UInt>.size
        let bound = arena.load(fromByteOffset: offset, as: UInt.self)
        arena.storeBytes(of: bound &+ UInt(bitPattern: bytes), toByteOffset: offset, as: UInt.self)
    }

    /// Notes why writing ends at `depth`: there is nothing below it, or else there is no memory, which is noted already.
    @inline(never) @usableFromInline
    func refuse(_ depth: Int32) {
        if depth <= 0 { state.pointee.failure = Int32(SKEIN_ARENA_DEPTH) }
    }

    /// Takes `bytes` off the allowance of the Swift values that a decoding makes.
    @inlinable
    func charge(_ bytes: Int) throws(ProtobufFault) {
        let offset = 2 &* MemoryLayout<UInt>.size
        let left = arena.load(fromByteOffset: offset, as: UInt.self)
        if UInt(bitPattern: bytes) > left { throw refuseCharge() }
        arena.storeBytes(of: left &- UInt(bitPattern: bytes), toByteOffset: offset, as: UInt.self)
    }

    @inline(never) @usableFromInline
    func refuseCharge() -> ProtobufFault { ProtobufFault(.tooMuchMemory(limit: state.pointee.limit)) }
}
