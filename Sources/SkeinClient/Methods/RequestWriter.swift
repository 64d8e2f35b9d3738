// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// Sends the request messages of a streaming call. A write suspends while the server does not keep up, and throws once
/// the call has ended.
public struct RequestWriter<Message>: Sendable {
    @usableFromInline let call: StreamingCall
    @usableFromInline let encode: @Sendable (borrowing Message, inout Buffer) throws(RPCError) -> Void

    @usableFromInline
    init(
        _ call: StreamingCall, _ encode: @escaping @Sendable (borrowing Message, inout Buffer) throws(RPCError) -> Void
    ) {
        self.call = call
        self.encode = encode
    }

    /// - Parameter compressed: `false` sends this message as it is although the call compresses its requests.
    @inlinable
    public nonisolated(nonsending) func write(
        _ message: borrowing Message, compressed: Bool = true
    ) async throws(RPCError) {
        var buffer = OutgoingMessages.makeBuffer()
        try encode(message, &buffer)
        try await call.write(buffer, compressed: compressed)
    }

    @inlinable
    public nonisolated(nonsending) func write(contentsOf messages: some Sequence<Message>) async throws(RPCError) {
        for message in messages { try await write(message) }
    }

    /// Tells the server that no more messages come. Responses may go on.
    public func finish() { call.finishWriting() }
}
