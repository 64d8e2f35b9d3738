// SPDX-License-Identifier: Apache-2.0

/// One try of a call at one endpoint.
public struct AttemptSummary: Sendable, Hashable {
    /// The endpoint tried; `nil` when none was picked.
    public var endpoint: Endpoint.Identity?
    public var status: Status
    public var elapsed: Duration
    public var isHedge: Bool
    /// How far it got; an attempt that failed `unsent` or `refused` can be repeated without harm.
    public var fate: Fate
    /// Why it went to this endpoint; there when the call asked for that, or was drawn for it.
    public var pick: PickExplanation?

    /// What the server may have seen of an attempt.
    public enum Fate: Sendable, Hashable {
        /// Nothing: it was not written to a connection.
        case unsent
        /// Its HTTP/2 layer turned it away: no handler saw it.
        case refused
        /// Its handler may have run.
        case processed
    }

    public init(
        endpoint: Endpoint.Identity?, status: Status, elapsed: Duration, fate: Fate = .processed, isHedge: Bool = false
    ) {
        self.endpoint = endpoint
        self.fate = fate
        self.status = status
        self.elapsed = elapsed
        self.isHedge = isHedge
    }
}

extension AttemptSummary: CustomStringConvertible {
    public var description: String {
        let milliseconds = (elapsed / .milliseconds(1) * 10).rounded() / 10
        return "\(endpoint.map(\.description) ?? "no endpoint"): \(status) after \(milliseconds) ms"
    }
}
