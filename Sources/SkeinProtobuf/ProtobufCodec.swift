// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The codec of generated messages, over libprotobuf-c.
///
/// A thin shell that is specialised where the message is known; the work is in the message's generated `writeProtobuf`
/// and `mergeProtobuf`, and in the non-generic `ProtobufArena`.
public struct ProtobufCodec<Message: ProtobufMessage>: MessageCodec {
    @inlinable public static var contentSubtype: String { "proto" }

    @inlinable
    public static func encode(_ message: borrowing Message, into buffer: inout Buffer) throws(RPCError) {
        let arena = ProtobufArena.begin()
        defer { arena.reset() }
        let root = arena.write(message)
        // The slots point into the message's own arrays, so it has to outlive the packing.
        try withExtendedLifetime(message) { () throws(RPCError) in
            try arena.pack(root, Message.protobufLayout, into: &buffer)
        }
    }

    /// The same bytes for equal messages: the entries of maps are sorted by their keys.
    @usableFromInline
    static func encodeSorted(_ message: borrowing Message, into buffer: inout Buffer) throws(RPCError) {
        let arena = ProtobufArena.begin()
        defer { arena.reset() }
        let root = arena.write(message)
        try withExtendedLifetime(message) { () throws(RPCError) in
            try arena.packSorted(root, Message.protobufLayout, into: &buffer)
        }
    }

    @inlinable
    public static func decode(_ bytes: borrowing RawSpan) throws(RPCError) -> Message {
        try bytes.withUnsafeBytes { (bytes) throws(RPCError) in try decode(bytes) }
    }

    @inlinable
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(RPCError) -> Message {
        let arena = ProtobufArena.begin(decoding: bytes.count)
        defer { arena.reset() }
        let hasRequired: Bool
        var message = Message()
        do throws(ProtobufFault) {
            let reader = try arena.unpack(bytes, Message.protobufLayout)
            hasRequired = reader.hasRequired
            try message.mergeProtobuf(from: reader)
        } catch {
            return try decodeNormalised(bytes, after: error, arena)
        }
        if hasRequired { try checkRequired(message, arena) }
        return message
    }

    /// What was decoded is written into slots once more, since fields may be spread over several occurrences.
    @inline(never) @usableFromInline
    static func checkRequired(_ message: borrowing Message, _ arena: ProtobufArena) throws(RPCError) {
        arena.reset()
        let rewritten = ProtobufArena.begin()
        guard let slots = rewritten.write(message) else { return }
        try withExtendedLifetime(message) { () throws(RPCError) in
            try rewritten.checkRequired(slots, Message.protobufLayout, doing: "decode")
        }
    }

    /// The second try, for what libprotobuf-c cannot take as it is: over the bytes rewritten by the normaliser.
    @inline(never) @usableFromInline
    static func decodeNormalised(
        _ bytes: UnsafeRawBufferPointer, after fault: ProtobufFault, _ arena: ProtobufArena
    ) throws(RPCError) -> Message {
        var message = Message()
        do throws(ProtobufFault) {
            guard fault.asksForNormalising else { throw fault }
            let rewritten = try WireNormaliser.normalise(bytes, Message.protobufLayout)
            arena.restart(decoding: rewritten.count)
            let failure = rewritten.withUnsafeBytes { bytes in
                Result { () throws(ProtobufFault) in
                    var reader = try arena.unpack(bytes, Message.protobufLayout)
                    reader.isNormalised = true
                    try message.mergeProtobuf(from: reader)
                }
            }
            try failure.get()
        } catch {
            throw RPCError(.internal, "decode \(Message.protobufName): \(error)")
        }
        if Message.protobufLayout.hasRequired { try checkRequired(message, arena) }
        return message
    }
}
