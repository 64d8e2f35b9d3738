// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinHTTP2

/// The reading side of a streaming call, as the typed shells above see it.
@usableFromInline
package struct IncomingMessages: Sendable {
    package let pipes: MessagePipes

    package init(_ pipes: MessagePipes) { self.pipes = pipes }

    /// The next message; `nil` at the end.
    @usableFromInline
    package nonisolated(nonsending) func next() async throws(RPCError) -> Buffer? {
        try await pipes.nextMessage()
    }
}

/// The writing side of a streaming call, as the typed shells above see it.
@usableFromInline
package struct OutgoingMessages: Sendable {
    package let pipes: MessagePipes
    private let limit: Int

    /// - Parameter limit: the largest message, in bytes.
    package init(_ pipes: MessagePipes, limit: Int = .max) {
        self.pipes = pipes
        self.limit = limit
    }

    /// An empty buffer with room for the message prefix.
    @usableFromInline
    package static func makeBuffer() -> Buffer { MessageFramer.makeBuffer(capacity: 64) }

    /// Puts the prefix in front of `message`.
    package static func seal(_ message: inout Buffer) { MessageFramer.seal(&message) }

    package static func seal(_ message: inout Buffer?) {
        guard message != nil else { return }
        MessageFramer.seal(&message!)
    }

    package static func sealed(_ message: consuming Buffer) -> Buffer {
        MessageFramer.seal(&message)
        return message
    }

    /// Frames and sends `message`, which `makeBuffer` made. Suspends while the peer does not keep up.
    @usableFromInline
    package nonisolated(nonsending) func write(_ message: consuming Buffer) async throws(RPCError) {
        guard message.count <= limit else {
            throw RPCError(.resourceExhausted, "send a message of \(message.count) bytes: the limit is \(limit)")
        }
        MessageFramer.seal(&message)
        try await pipes.write(message)
    }

    package func finish() { pipes.finishWriting() }
}
