// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SwiftProtobuf

/// The codec of apple/swift-protobuf's messages, which stubs name when they are generated with
/// `messages=swift-protobuf`.
///
/// A message's bytes are the same each time it is encoded: maps are sorted by their keys. A message that is not
/// complete, because a proto2 `required` field has no value, is neither sent nor accepted. Extensions that a message
/// came with stay in its unknown fields.
public struct SwiftProtobufCodec<Message: SwiftProtobuf.Message>: MessageCodec {
    @inlinable public static var contentSubtype: String { "proto" }

    @inlinable
    public static func encode(_ message: borrowing Message, into buffer: inout Buffer) throws(RPCError) {
        do {
            let bytes: EncodedBytes = try message.serializedBytes(options: .deterministic)
            bytes.move(into: &buffer)
        } catch {
            throw CodecFailure.encoding(
                Message.protoMessageName, isComplete: message.isInitialized, because: error)
        }
    }

    @inlinable
    public static func decode(_ bytes: borrowing RawSpan) throws(RPCError) -> Message {
        do {
            return try Message(serializedBytes: copy bytes)
        } catch {
            throw CodecFailure.decoding(Message.protoMessageName, because: error)
        }
    }
}

extension BinaryEncodingOptions {
    @usableFromInline static let deterministic: BinaryEncodingOptions = {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        return options
    }()
}
