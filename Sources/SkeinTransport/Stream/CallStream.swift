// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
package import SkeinHTTP2

/// A stream that carries a call. The loop owns it; other threads only pass it on.
package class CallStream: HTTP2Stream, @unchecked Sendable {
    /// Set once, before the stream is given to anybody.
    @exclusivity(unchecked) package final var connection: Connection!
    /// The queues of a streaming call; a unary call has none and pays nothing.
    @exclusivity(unchecked) package final var pipes: MessagePipes?
    /// How the peer compresses messages, if it does.
    @exclusivity(unchecked) private final var compression: StreamCompression?
    /// Whether the last complete message came compressed.
    @exclusivity(unchecked) final var receivedCompressed = false
    /// Bytes of the incomplete message that have been returned to the window already.
    @exclusivity(unchecked) private(set) final var creditedPartial = 0
    /// Received bytes that were returned to the window, or will be when a reader takes them from the pipes.
    @exclusivity(unchecked) private final var accountedBytes = 0

    /// What the peer compresses messages with.
    final func setCompression(_ compressor: (any Compressor)?, limit: Int) {
        compression = compressor.map { StreamCompression($0, limit: limit) }
    }

    /// Takes the complete messages off the deframer and gives them to `deliver`; the bytes to return to the window.
    ///
    /// Streamed messages go to the pipes and are credited when they are read. Everything else, and the incomplete
    /// message a reader waits for, is credited at once: nothing else would ever complete it.
    final func receiveMessages(_ deliver: (ReceivedMessage) -> Void) throws(RPCError) -> Int {
        var credit = 0
        while let message = try nextMessage() {
            let uncredited = message.wireLength - creditedPartial
            creditedPartial = 0
            accountedBytes += uncredited
            receivedCompressed = message.compressed
            let received = ReceivedMessage(message.bytes, compression: message.compressed ? compression : nil)
            if let pipes, pipes.readsMessages {
                pipes.deliver(received, wireLength: uncredited)
            } else {
                credit += uncredited
            }
            deliver(received)
        }
        return credit + takePartialCredit()
    }

    /// The bytes of the incomplete message to return to the window now.
    final func takePartialCredit() -> Int {
        let partial = partialBytes - creditedPartial
        var saved = 0
        if let pipes, pipes.readsMessages {
            guard let credit = pipes.creditIfReaderWaits(holding: partial) else { return 0 }
            saved = credit
        }
        creditedPartial += partial
        accountedBytes += partial
        return partial + saved
    }

    /// The bytes that were received and will not be read by anybody, once the stream has ended.
    final func takeUnreadCredit() -> Int {
        defer { accountedBytes = receivedBytes }
        return receivedBytes - accountedBytes
    }
}
