// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// Sends the messages of a streaming response. A write suspends while the client does not keep up, and throws once
/// nobody waits for the answer any more.
public struct ResponseWriter<Message>: Sendable {
    @usableFromInline let messages: OutgoingMessages
    @usableFromInline let encode: @Sendable (borrowing Message, inout Buffer) throws(RPCError) -> Void

    @usableFromInline
    init(
        _ messages: OutgoingMessages,
        _ encode: @escaping @Sendable (borrowing Message, inout Buffer) throws(RPCError) -> Void
    ) {
        self.messages = messages
        self.encode = encode
    }

    /// - Parameter compressed: `false` sends this message as it is although the call compresses its responses.
    @inlinable
    public nonisolated(nonsending) func write(
        _ message: borrowing Message, compressed: Bool = true
    ) async throws(RPCError) {
        var buffer = OutgoingMessages.makeBuffer()
        try encode(message, &buffer)
        try await messages.write(buffer, compressed: compressed)
    }

    @inlinable
    public nonisolated(nonsending) func write(contentsOf messages: some Sequence<Message>) async throws(RPCError) {
        for message in messages { try await write(message) }
    }
}
