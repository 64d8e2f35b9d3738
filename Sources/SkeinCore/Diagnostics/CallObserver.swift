// SPDX-License-Identifier: Apache-2.0

/// Watches the calls of a channel: for metrics, traces, logs. A channel without observers pays nothing.
///
/// The methods are called from whatever thread the event happens on, must return quickly and must not make calls on
/// the same channel. For one call they come in order: started, then for each attempt started, messages, ended; then
/// ended, exactly once.
public protocol CallObserver: Sendable {
    func callStarted(_ call: CallID, _ method: MethodDescriptor, target: String)
    /// An endpoint was picked and the attempt is handed to its connection.
    func attemptStarted(_ call: CallID, _ method: MethodDescriptor, endpoint: Endpoint.Identity)
    func messageSent(_ call: CallID, _ method: MethodDescriptor, bytes: Int)
    func messageReceived(_ call: CallID, _ method: MethodDescriptor, bytes: Int)
    func attemptEnded(_ call: CallID, _ method: MethodDescriptor, _ attempt: AttemptSummary)
    func callEnded(_ call: CallID, _ summary: CallSummary)
}

extension CallObserver {
    public func callStarted(_ call: CallID, _ method: MethodDescriptor, target: String) {}
    public func attemptStarted(_ call: CallID, _ method: MethodDescriptor, endpoint: Endpoint.Identity) {}
    public func messageSent(_ call: CallID, _ method: MethodDescriptor, bytes: Int) {}
    public func messageReceived(_ call: CallID, _ method: MethodDescriptor, bytes: Int) {}
    public func attemptEnded(_ call: CallID, _ method: MethodDescriptor, _ attempt: AttemptSummary) {}
    public func callEnded(_ call: CallID, _ summary: CallSummary) {}
}

/// Tells the calls of one process apart.
public struct CallID: Sendable, Hashable {
    public let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A call that has ended, as a whole.
public struct CallSummary: Sendable {
    public var method: MethodDescriptor
    public var status: Status
    public var metadata: Metadata
    public var trailingMetadata: Metadata
    /// The endpoint that answered; `nil` when none did.
    public var endpoint: Endpoint.Identity?
    public var attempts: [AttemptSummary]
    public var elapsed: Duration
    public var sent: Traffic
    public var received: Traffic

    /// Messages, and their bytes without framing; compressed ones as they are on the wire.
    public struct Traffic: Sendable, Hashable {
        public var messages: Int
        public var bytes: Int

        public init(messages: Int = 0, bytes: Int = 0) {
            self.messages = messages
            self.bytes = bytes
        }
    }

    package init(
        method: MethodDescriptor, status: Status, metadata: Metadata, trailingMetadata: Metadata,
        endpoint: Endpoint.Identity?, attempts: [AttemptSummary], elapsed: Duration, sent: Traffic, received: Traffic
    ) {
        self.method = method
        self.status = status
        self.metadata = metadata
        self.trailingMetadata = trailingMetadata
        self.endpoint = endpoint
        self.attempts = attempts
        self.elapsed = elapsed
        self.sent = sent
        self.received = received
    }
}
