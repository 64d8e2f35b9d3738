// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// How a call ended, over all its attempts.
struct CallEnd: Sendable {
    var status: Status
    var trailers: Metadata
    var origin: RPCError.Origin
    /// Who answered.
    var endpoint: Endpoint.Identity?
    /// The last attempt stands apart: most calls have no other, and then need no array.
    var earlierAttempts: [AttemptSummary]
    var lastAttempt: AttemptSummary?

    /// All attempts, in order.
    var attempts: [AttemptSummary] { lastAttempt.map { earlierAttempts + [$0] } ?? earlierAttempts }

    /// What the call throws; `nil` when it went well.
    var error: RPCError? {
        status.code == .ok ? nil : RPCError(status, metadata: trailers, origin: origin, attempts: attempts)
    }
}

/// Where a call delivers what it brings. From any thread, one call at a time.
protocol ClientCallOutcome: AnyObject, Sendable {
    /// An attempt was given to a connection.
    func started()
    func received(metadata: Metadata)
    func received(message: ReceivedMessage)
    /// Exactly once, and last.
    func ended(_ end: CallEnd)
}
