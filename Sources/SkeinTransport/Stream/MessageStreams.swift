// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinHTTP2

/// The reading side of a streaming call, as the typed shells above see it.
@usableFromInline
package struct IncomingMessages: Sendable {
    package let pipes: MessagePipes
    private let hooks: MessageHooks?

    package init(_ pipes: MessagePipes, _ hooks: MessageHooks?) {
        self.pipes = pipes
        self.hooks = hooks
    }

    /// The next message; `nil` at the end.
    @usableFromInline
    package nonisolated(nonsending) func next() async throws(RPCError) -> Buffer? {
        guard let hooks else { return try await pipes.nextMessage() }
        guard var message = try await pipes.nextMessage() else { return nil }
        try hooks.apply(toRequest: &message)
        return message
    }
}

/// The writing side of a streaming call, as the typed shells above see it.
@usableFromInline
package struct OutgoingMessages: Sendable {
    package let pipes: MessagePipes
    private let context: ServerContext
    private let hooks: MessageHooks?

    /// - Parameter context: says how messages are compressed.
    package init(_ pipes: MessagePipes, _ context: ServerContext, _ hooks: MessageHooks?) {
        self.pipes = pipes
        self.context = context
        self.hooks = hooks
    }

    /// An empty buffer with room for the message prefix.
    @usableFromInline
    package static func makeBuffer() -> Buffer { MessageFramer.makeBuffer(capacity: 64) }

    /// Compresses `message`, if it is to be, and puts the prefix in front of it.
    package static func frame(_ message: inout Buffer, _ compressor: (any Compressor)?) throws(RPCError) {
        guard let compressor else { return MessageFramer.seal(&message) }
        var compressed = MessageFramer.makeBuffer(capacity: message.count / 2)
        try message.withBytes { (bytes) throws(RPCError) in try compressor.compress(bytes, into: &compressed) }
        MessageFramer.seal(&compressed, compressed: true)
        message = compressed
    }

    /// Sends `message`, which `makeBuffer` made. Suspends while the peer does not keep up.
    @usableFromInline
    package nonisolated(nonsending) func write(
        _ message: consuming Buffer, compressed: Bool
    ) async throws(RPCError) {
        try hooks?.apply(toResponse: &message)
        try OutgoingMessages.frame(&message, compressed ? context.responseCompressor : nil)
        try await pipes.write(message)
    }

    package func finish() { pipes.finishWriting() }
}
