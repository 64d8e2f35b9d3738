// SPDX-License-Identifier: Apache-2.0

/// Turns one message type into bytes and back. Generated stubs name the codec of each message.
///
/// A codec is called from any thread, must not block, and must treat the bytes as hostile: `decode` throws for
/// anything that is not a message and never traps.
public protocol MessageCodec<Message>: Sendable {
    associatedtype Message

    /// The content-type suffix, e.g. `proto` for `application/grpc+proto`.
    static var contentSubtype: String { get }

    /// Appends the encoding of `message` to `buffer`.
    static func encode(_ message: borrowing Message, into buffer: inout Buffer) throws(RPCError)

    /// The message that `bytes` encode. Throws `internal` when they are not one.
    static func decode(_ bytes: borrowing RawSpan) throws(RPCError) -> Message
}

/// The identity codec: messages are their bytes. For proxies and dynamic clients.
public struct RawCodec: MessageCodec {
    public static var contentSubtype: String { "proto" }

    public static func encode(_ message: borrowing Buffer, into buffer: inout Buffer) throws(RPCError) {
        message.withBytes { buffer.append($0) }
    }

    public static func decode(_ bytes: borrowing RawSpan) throws(RPCError) -> Buffer {
        var buffer = Buffer()
        buffer.append(bytes)
        return buffer
    }
}
