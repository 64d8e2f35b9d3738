// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Everything that a successful call brought.
public struct Response<Message> {
    public var message: Message
    /// What the server sent ahead of the message.
    public var metadata: Metadata
    /// What the server sent with the status.
    public var trailingMetadata: Metadata
    /// Who answered.
    public var endpoint: Endpoint.Identity?
    /// Every try, in order; the last one answered.
    public var attempts: [AttemptSummary]

    @usableFromInline
    init(_ message: Message, _ raw: borrowing RawResponse) {
        self.message = message
        metadata = raw.metadata
        trailingMetadata = raw.end.trailers
        endpoint = raw.end.endpoint
        attempts = raw.end.attempts
    }
}

extension Response: Sendable where Message: Sendable {}

/// A response whose message is still bytes.
@usableFromInline
struct RawResponse: Sendable {
    @usableFromInline let message: Buffer
    let metadata: Metadata
    let end: CallEnd

    init(_ message: Buffer, metadata: Metadata, _ end: CallEnd) {
        self.message = message
        self.metadata = metadata
        self.end = end
    }
}
