// SPDX-License-Identifier: Apache-2.0

/// One try of a call at one endpoint.
public struct AttemptSummary: Sendable, Hashable {
    /// The endpoint tried; `nil` when none was picked.
    public var endpoint: Endpoint.Identity?
    public var status: Status
    public var elapsed: Duration
    public var isHedge: Bool

    public init(endpoint: Endpoint.Identity?, status: Status, elapsed: Duration, isHedge: Bool = false) {
        self.endpoint = endpoint
        self.status = status
        self.elapsed = elapsed
        self.isHedge = isHedge
    }
}

extension AttemptSummary: CustomStringConvertible {
    public var description: String { "\(endpoint.map(\.description) ?? "no endpoint"): \(status) after \(elapsed)" }
}
