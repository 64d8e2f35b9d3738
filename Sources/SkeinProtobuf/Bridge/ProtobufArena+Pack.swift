// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC
internal import CSkein
public import SkeinCore

/// Calling libprotobuf-c.
extension ProtobufArena {
    /// Appends the encoding of the message that `write` put into `slots`.
    @usableFromInline
    func pack(
        _ slots: UnsafeMutableRawPointer?, _ layout: ProtobufLayout, into buffer: inout Buffer
    ) throws(RPCError) {
        guard let slots, state.pointee.failure == SKEIN_ARENA_OK else { throw failure(of: layout) }
        if layout.hasRequired { try checkRequired(slots, layout, doing: "encode") }
        let message = UnsafePointer(slots.assumingMemoryBound(to: ProtobufCMessage.self))
        let room = try room(for: message, layout)
        if room == 0 { return }
        try buffer.append(count: room) { (bytes) throws(RPCError) in
            protobuf_c_message_pack(message, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        buffer.releaseExcess()
    }

    /// Bytes enough for the encoding of `message`: the bound where that is small, else the exact size, whose calculation
    /// takes libprotobuf-c nearly as long as the encoding.
    private func room(
        for message: UnsafePointer<ProtobufCMessage>, _ layout: ProtobufLayout
    ) throws(RPCError) -> Int {
        let bound = state.pointee.bound
        if bound <= ProtobufArena.largestBound { return bound }
        let size = protobuf_c_message_get_packed_size(message)
        if size <= ProtobufArena.largestMessage { return size }
        throw RPCError(.internal, "encode \(layout.schema.name): \(ProtobufFault(.tooLarge(size)))")
    }

    /// What may be set aside for an encoding that turns out smaller.
    private static var largestBound: Int { 256 << 10 }

    /// The same, after sorting the entries of maps.
    @usableFromInline
    func packSorted(
        _ slots: UnsafeMutableRawPointer?, _ layout: ProtobufLayout, into buffer: inout Buffer
    ) throws(RPCError) {
        if let slots, state.pointee.failure == SKEIN_ARENA_OK { ProtobufSlots(slots, layout).sortMaps() }
        try pack(slots, layout, into: &buffer)
    }

    /// The slots of `message`. Throws when its messages are nested too deep, or there is no memory.
    func writeChecked<Message: ProtobufMessage>(
        _ message: borrowing Message
    ) throws(RPCError) -> UnsafeMutableRawPointer {
        let slots = write(message)
        guard let slots, state.pointee.failure == SKEIN_ARENA_OK else { throw failure(of: Message.protobufLayout) }
        return slots
    }

    /// Why a message could not be written into slots.
    private func failure(of layout: ProtobufLayout) -> RPCError {
        let name = layout.schema.name
        if state.pointee.failure == SKEIN_ARENA_DEPTH {
            return RPCError(.internal, "encode \(name): \(ProtobufFault(.tooDeep))")
        }
        return RPCError(.resourceExhausted, "encode \(name): out of memory")
    }

    /// Throws when a required field of the message in `slots`, or of one in it, is not set.
    @usableFromInline
    func checkRequired(
        _ slots: UnsafeMutableRawPointer, _ layout: ProtobufLayout, doing what: String
    ) throws(RPCError) {
        guard let path = ProtobufSlots(slots, layout).missingRequired() else { return }
        throw RPCError(.internal, "\(what) \(layout.schema.name): required field \(path) is not set")
    }

    /// The slots that `bytes` encode. Strings in them are not validated, and depth not counted, until they are read.
    @usableFromInline
    func unpack(_ bytes: UnsafeRawBufferPointer, _ layout: ProtobufLayout) throws(ProtobufFault) -> ProtobufReader {
        if bytes.count > ProtobufArena.largestMessage { throw ProtobufFault(.tooLarge(bytes.count)) }
        layout.link()
        var allocator = ProtobufCAllocator(
            alloc: skein_arena_alloc_callback, free: skein_arena_free_callback, allocator_data: arena)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        if let message = protobuf_c_message_unpack(layout.decoding, &allocator, bytes.count, start) {
            var reader = ProtobufReader(
                slots: UnsafeRawPointer(message), arena: self, depth: ProtobufReader.depthLimit)
            reader.hasRequired = layout.linkedHasRequired
            return reader
        }
        switch Int(state.pointee.failure) {
        case SKEIN_ARENA_DEPTH: throw ProtobufFault(.tooDeep)
        case SKEIN_ARENA_BYTES: throw ProtobufFault(.tooMuchMemory(limit: state.pointee.limit))
        default: throw ProtobufFault(.malformed)
        }
    }
}
