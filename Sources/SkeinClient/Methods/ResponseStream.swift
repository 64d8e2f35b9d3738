// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The response messages of a streaming call: iterate it once.
///
/// It ends when the call has ended well, and throws when the call fails. While nobody takes the next message, the
/// server is held back. Dropping the stream cancels the call.
public struct ResponseStream<Message>: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = RPCError

    @usableFromInline let call: StreamingCall
    @usableFromInline let decode: @Sendable (borrowing RawSpan) throws(RPCError) -> Message

    @usableFromInline
    init(_ call: StreamingCall, _ decode: @escaping @Sendable (borrowing RawSpan) throws(RPCError) -> Message) {
        self.call = call
        self.decode = decode
    }

    @inlinable
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call, decode) }

    /// What the server sent ahead of its messages. Waits for it; throws when the call fails before.
    public nonisolated(nonsending) func metadata() async throws(RPCError) -> Metadata { try await call.metadata() }

    /// Whether the message that was read last came compressed.
    public var lastWasCompressed: Bool { call.lastWasCompressed }

    /// The whole call, once it has ended: status, trailing metadata, attempts.
    public nonisolated(nonsending) func summary() async -> CallSummary { await call.summary() }

    /// Ends the call.
    public func cancel() { call.cancel(RPCError(.cancelled, "the application cancelled the call")) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        @usableFromInline let call: StreamingCall
        @usableFromInline let decode: @Sendable (borrowing RawSpan) throws(RPCError) -> Message

        @usableFromInline
        init(_ call: StreamingCall, _ decode: @escaping @Sendable (borrowing RawSpan) throws(RPCError) -> Message) {
            self.call = call
            self.decode = decode
        }

        /// The next message; `nil` when the call has ended well.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws(RPCError)
            -> Message?
        {
            guard let buffer = try await call.next() else { return nil }
            return try buffer.withBytes(decode)
        }
    }
}

@available(*, unavailable)
extension ResponseStream.AsyncIterator: Sendable {}
