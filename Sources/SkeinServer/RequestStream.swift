// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// The messages a client sends: iterate it once. It ends when the client finishes and throws when the call is
/// cancelled. While nobody takes the next message, the client is held back.
public struct RequestStream<Message>: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = RPCError

    @usableFromInline let messages: IncomingMessages
    @usableFromInline let decode: @Sendable (borrowing RawSpan) throws(RPCError) -> Message

    @usableFromInline
    init(_ messages: IncomingMessages, _ decode: @escaping @Sendable (borrowing RawSpan) throws(RPCError) -> Message) {
        self.messages = messages
        self.decode = decode
    }

    @inlinable
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(messages, decode) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        @usableFromInline let messages: IncomingMessages
        @usableFromInline let decode: @Sendable (borrowing RawSpan) throws(RPCError) -> Message

        @usableFromInline
        init(
            _ messages: IncomingMessages, _ decode: @escaping @Sendable (borrowing RawSpan) throws(RPCError) -> Message
        ) {
            self.messages = messages
            self.decode = decode
        }

        /// The next message; `nil` once the client has finished.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws(RPCError)
            -> Message?
        {
            guard let buffer = try await messages.next() else { return nil }
            return try buffer.withBytes(decode)
        }
    }
}

@available(*, unavailable)
extension RequestStream.AsyncIterator: Sendable {}
