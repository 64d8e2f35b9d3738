// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Everything that a successful call brought.
public struct Response<Message> {
    public var message: Message
    /// Whether the message came compressed.
    public var wasCompressed: Bool
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
        wasCompressed = raw.wasCompressed
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
    let wasCompressed: Bool
    let metadata: Metadata
    let end: CallEnd

    init(_ message: Buffer, wasCompressed: Bool, metadata: Metadata, _ end: CallEnd) {
        self.message = message
        self.wasCompressed = wasCompressed
        self.metadata = metadata
        self.end = end
    }
}
