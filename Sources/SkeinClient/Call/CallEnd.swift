// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How a call ended, over all its attempts.
struct CallEnd: Sendable {
    var status: Status
    var trailers: Metadata
    var origin: RPCError.Origin
    var endpoint: Endpoint.Identity?
    var attempts: [AttemptSummary]

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
    func received(message: Buffer)
    /// Exactly once, and last.
    func ended(_ end: CallEnd)
}
