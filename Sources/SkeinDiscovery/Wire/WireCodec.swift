// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// How the messages of one protocol stand on a connection. A connection has a codec of its own.
protocol WireCodec: Sendable {
    associatedtype Reply: Sendable

    /// Takes the next message out of `buffer`; `nil`, and the buffer as it was, when it is not whole yet. Throws for
    /// bytes that no message starts with: the connection is closed.
    mutating func next(_ buffer: inout ByteBuffer) throws -> WireMessage<Reply>?
}

/// What a server sends.
enum WireMessage<Reply: Sendable>: Sendable {
    /// The answer to the oldest request that has none.
    case reply(Reply)
    /// Something that nobody asked for now.
    case push(Reply)
}
