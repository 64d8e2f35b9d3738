// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC

/// Rewrites an encoded message so that libprotobuf-c reads in it what other implementations would.
///
/// Nothing is lost. Of each oneof only what counts stays: the last member, its messages joined (which merges them).
/// Fields whose wire type is not their definition's, and groups, are wrapped with all other unknown fields into one
/// field of a reserved number. Bytes that are no message are refused with the place and the reason.
enum WireNormaliser {
    /// One of the numbers that no definition may use. Only rewritten bytes have it with this meaning.
    static let wrapperField: UInt32 = 19_999

    static func normalise(
        _ bytes: UnsafeRawBufferPointer, _ layout: ProtobufLayout
    ) throws(ProtobufFault) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try normalise(WireCursor(bytes), layout.message, ProtobufReader.depthLimit, into: &output)
        return output
    }

    private typealias Descriptor = UnsafePointer<ProtobufCMessageDescriptor>

    /// What a oneof holds so far.
    private struct Member {
        var tag: WireTag
        var content: [UInt8]
        var message: Descriptor?
    }

    private static func normalise(
        _ cursor: WireCursor, _ message: Descriptor, _ depth: Int32, into output: inout [UInt8]
    ) throws(ProtobufFault) {
        var wire = cursor
        var unknown: [UInt8] = []
        var oneofs: [UInt32: Member] = [:]
        while !wire.isAtEnd {
            let start = wire.offset
            let tag = try wire.tag()
            let contentStart = wire.offset
            try wire.skip(tag, depth: depth)
            let content = wire.bytes(from: contentStart)
            guard let field = protobuf_c_message_descriptor_get_field(message, tag.number), accepts(field, tag.type)
            else {
                unknown.append(contentsOf: wire.bytes(from: start))
                continue
            }
            let inner = field.pointee.type == PROTOBUF_C_TYPE_MESSAGE ? descriptor(of: field) : nil
            let oneof = field.pointee.flags >> ProtobufLayout.oneofShift
            if oneof != 0 {
                try join(tag, content, inner, into: &oneofs[oneof])
            } else if let inner {
                try append(tag, messageContent(content), inner, depth, into: &output)
            } else {
                output.appendVarint(tag.encoded)
                output.append(contentsOf: content)
            }
        }
        for (_, member) in oneofs.sorted(by: { $0.key < $1.key }) { try append(member, depth, into: &output) }
        if unknown.isEmpty { return }
        output.appendVarint(WireTag(number: wrapperField, type: .lengthDelimited).encoded)
        output.appendVarint(UInt64(unknown.count))
        output += unknown
    }

    /// Whether libprotobuf-c reads a value of this wire type into `field`.
    private static func accepts(_ field: UnsafePointer<ProtobufCFieldDescriptor>, _ type: WireType) -> Bool {
        let own: WireType =
            switch field.pointee.type {
            case PROTOBUF_C_TYPE_FIXED32: .fixed32
            case PROTOBUF_C_TYPE_FIXED64: .fixed64
            case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
            default: .varint
            }
        return type == own || type == .lengthDelimited && field.pointee.label == PROTOBUF_C_LABEL_REPEATED
    }

    private static func descriptor(of field: UnsafePointer<ProtobufCFieldDescriptor>) -> Descriptor? {
        field.pointee.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    }

    private static func messageContent(
        _ content: UnsafeRawBufferPointer
    ) throws(ProtobufFault) -> UnsafeRawBufferPointer {
        var wire = WireCursor(content)
        return try wire.lengthDelimited()
    }

    private static func join(
        _ tag: WireTag, _ content: UnsafeRawBufferPointer, _ message: Descriptor?, into member: inout Member?
    ) throws(ProtobufFault) {
        guard message != nil else {
            member = Member(tag: tag, content: Array(content), message: nil)
            return
        }
        if member?.tag != tag { member = Member(tag: tag, content: [], message: message) }
        member?.content.append(contentsOf: try messageContent(content))
    }

    private static func append(_ member: Member, _ depth: Int32, into output: inout [UInt8]) throws(ProtobufFault) {
        guard let message = member.message else {
            output.appendVarint(member.tag.encoded)
            output += member.content
            return
        }
        var failure: ProtobufFault?
        member.content.withUnsafeBytes { content in
            do throws(ProtobufFault) {
                try append(member.tag, content, message, depth, into: &output)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private static func append(
        _ tag: WireTag, _ content: UnsafeRawBufferPointer, _ message: Descriptor, _ depth: Int32,
        into output: inout [UInt8]
    ) throws(ProtobufFault) {
        if depth == 0 { throw ProtobufFault(.tooDeep) }
        var rewritten: [UInt8] = []
        try normalise(WireCursor(content), message, depth - 1, into: &rewritten)
        output.appendVarint(tag.encoded)
        output.appendVarint(UInt64(rewritten.count))
        output += rewritten
    }
}
