// SPDX-License-Identifier: Apache-2.0

/// An endpoint that a picker has in view, as it explains itself.
public struct PickCandidate: Sendable, Hashable {
    public let id: SubchannelID
    /// What the policy compares: the lowest is the best. `nil` when it compares nothing.
    public let score: Double?
    /// What is special about it, e.g. `hot`.
    public let reason: String

    public init(_ id: SubchannelID, score: Double? = nil, reason: String = "") {
        self.id = id
        self.score = score
        self.reason = reason
    }

    /// With what is special about it in parts, any of which may be empty.
    init(_ id: SubchannelID, score: Double?, reasons: String...) {
        self.init(id, score: score, reason: reasons.filter { !$0.isEmpty }.joined(separator: ", "))
    }
}
