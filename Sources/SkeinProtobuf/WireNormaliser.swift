// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC

/// Rewrites an encoded message so that libprotobuf-c reads in it what other implementations would.
///
/// Nothing is lost. Of each oneof only the last member stays, since it alone counts, and the occurrences of a singular
/// message are joined, which merges them. Values of packed fields that came alone become runs.
/// Numbers that a closed enum does not have, fields whose wire type is not their definition's, and groups, are wrapped
/// with all other unknown fields into one field of a reserved number. Bytes that are no message are refused with the
/// place and the reason. Takes a small multiple of the input's size in memory.
struct WireNormaliser {
    /// One of the numbers that no definition may use. Only rewritten bytes have it with this meaning.
    static let wrapperField: UInt32 = 19_999

    static func normalise(
        _ bytes: UnsafeRawBufferPointer, _ layout: ProtobufLayout
    ) throws(ProtobufFault) -> [UInt8] {
        var normaliser = WireNormaliser(layout, depth: ProtobufReader.depthLimit)
        normaliser.output.reserveCapacity(bytes.count)
        return try normaliser.rewrite([bytes])
    }

    /// What counts once: a oneof, by its number, or a singular message, by its field's number.
    private enum Single: Hashable {
        case oneof(UInt32)
        case message(UInt32)
    }

    /// What it holds so far. Its value's pieces lie in the input; a message may come in several.
    private struct Member {
        let tag: WireTag
        let message: ProtobufLayout?
        var pieces: [UnsafeRawBufferPointer]

        /// A message that does not count has to be one nevertheless.
        func check(_ depth: Int32) throws(ProtobufFault) {
            guard let message else { return }
            if depth == 0 { throw ProtobufFault(.tooDeep) }
            var inner = WireNormaliser(message, depth: depth - 1)
            _ = try inner.rewrite(pieces)
        }
    }

    private let layout: ProtobufLayout
    private let schema: ProtobufSchema
    /// How many levels of messages may still follow below.
    private let depth: Int32
    private var output: [UInt8] = []
    private var unknown: [UInt8] = []
    private var singles: [Single: Member] = [:]

    private init(_ layout: ProtobufLayout, depth: Int32) {
        self.layout = layout
        self.depth = depth
        schema = layout.schema
    }

    /// The one message whose encoding comes in `pieces`.
    private mutating func rewrite(_ pieces: [UnsafeRawBufferPointer]) throws(ProtobufFault) -> [UInt8] {
        for piece in pieces {
            var wire = WireCursor(piece)
            while !wire.isAtEnd { try rewriteField(&wire) }
        }
        for member in singles.values.sorted(by: { $0.tag.number < $1.tag.number }) { try append(member) }
        if !unknown.isEmpty {
            output.appendTag(WireTag(number: WireNormaliser.wrapperField, type: .lengthDelimited))
            output.appendVarint(UInt64(unknown.count))
            output += unknown
        }
        return output
    }

    private mutating func rewriteField(_ wire: inout WireCursor) throws(ProtobufFault) {
        let start = wire.offset
        let tag = try wire.tag()
        let contentStart = wire.offset
        try wire.skip(tag, depth: depth)
        let content = wire.bytes(from: contentStart)
        guard let index = layout.index(of: tag.number), accepts(index, tag.type),
            try !isUnknownValue(schema.fields[index], content, tag.type)
        else { return unknown.append(contentsOf: wire.bytes(from: start)) }
        let field = schema.fields[index]
        let message = layout.child(index)
        let value = message == nil ? content : try messageContent(content)
        if let single = single(field) {
            if let former = singles[single], message == nil || former.tag != tag {
                try former.check(depth)
                singles[single] = nil
            }
            singles[single, default: Member(tag: tag, message: message, pieces: [])].pieces.append(value)
        } else if field.kind == .enum, tag.type == .lengthDelimited {
            try appendPacked(tag, content, field)
        } else if field.label == .packed, tag.type != .lengthDelimited {
            // libprotobuf-c takes a packed field's runs only.
            output.appendTag(WireTag(number: tag.number, type: .lengthDelimited))
            output.appendVarint(UInt64(content.count))
            output += content
        } else {
            try append(Member(tag: tag, message: message, pieces: [value]))
        }
    }

    private func single(_ field: ProtobufField) -> Single? {
        if field.oneof != 0 { return .oneof(field.oneof) }
        let isSingular = field.kind == .message && (field.label == .optional || field.label == .required)
        return isSingular ? .message(field.number) : nil
    }

    /// Whether libprotobuf-c reads a value of this wire type into the field.
    private func accepts(_ index: Int, _ type: WireType) -> Bool {
        let field = layout.message.pointee.fields[index]
        let own: WireType =
            switch field.type {
            case PROTOBUF_C_TYPE_FIXED32: .fixed32
            case PROTOBUF_C_TYPE_FIXED64: .fixed64
            case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
            default: .varint
            }
        return type == own || type == .lengthDelimited && field.label == PROTOBUF_C_LABEL_REPEATED
    }

    private mutating func append(_ member: Member) throws(ProtobufFault) {
        output.appendTag(member.tag)
        guard let message = member.message else {
            for piece in member.pieces { output.append(contentsOf: piece) }
            return
        }
        if depth == 0 { throw ProtobufFault(.tooDeep) }
        var inner = WireNormaliser(message, depth: depth - 1)
        let rewritten = try inner.rewrite(member.pieces)
        output.appendVarint(UInt64(rewritten.count))
        output += rewritten
    }

    private func messageContent(
        _ content: UnsafeRawBufferPointer
    ) throws(ProtobufFault) -> UnsafeRawBufferPointer {
        var wire = WireCursor(content)
        return try wire.lengthDelimited()
    }
}

// MARK: Closed enums

extension WireNormaliser {
    /// Whether the value of an enum, or the one in a map's entry, is a number that a closed enum does not have.
    private func isUnknownValue(
        _ field: ProtobufField, _ content: UnsafeRawBufferPointer, _ type: WireType
    ) throws(ProtobufFault) -> Bool {
        guard let names = field.names?(), names.closed != nil else { return false }
        if field.kind == .enum {
            if type == .lengthDelimited { return false }
            var wire = WireCursor(content)
            return !names.accepts(Int32(truncatingIfNeeded: try wire.varint()))
        }
        var isUnknown = false
        var wire = WireCursor(try messageContent(content))
        while !wire.isAtEnd {
            let tag = try wire.tag()
            if tag == WireTag(number: 2, type: .varint) {
                isUnknown = !names.accepts(Int32(truncatingIfNeeded: try wire.varint()))
            } else {
                try wire.skip(tag, depth: depth)
            }
        }
        return isUnknown
    }

    /// Of a packed run the numbers that a closed enum has; the others become unknown fields one by one.
    private mutating func appendPacked(
        _ tag: WireTag, _ content: UnsafeRawBufferPointer, _ field: ProtobufField
    ) throws(ProtobufFault) {
        let names = field.names?()
        var known: [UInt8] = []
        var wire = WireCursor(try messageContent(content))
        while !wire.isAtEnd {
            let number = try wire.varint()
            if names?.accepts(Int32(truncatingIfNeeded: number)) ?? true {
                known.appendVarint(number)
            } else {
                unknown.appendTag(WireTag(number: tag.number, type: .varint))
                unknown.appendVarint(number)
            }
        }
        output.appendTag(tag)
        output.appendVarint(UInt64(known.count))
        output += known
    }
}

extension ProtobufLayout {
    /// The place of a field in the schema.
    fileprivate func index(of number: UInt32) -> Int? {
        let field = protobuf_c_message_descriptor_get_field(message, number)
        return field.map { $0 - message.pointee.fields }
    }

    /// The layout of a message field.
    fileprivate func child(_ index: Int) -> ProtobufLayout? {
        let field = message.pointee.fields[index]
        guard field.type == PROTOBUF_C_TYPE_MESSAGE, let descriptor = field.descriptor else { return nil }
        return ProtobufLayout(descriptor: descriptor)
    }
}
