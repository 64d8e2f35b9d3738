// SPDX-License-Identifier: Apache-2.0

/// Why an attempt went where it went, or where one would go now.
public struct PickExplanation: Sendable, Hashable {
    /// The policy, and those inside of it, outermost first, e.g. `subsetting`, `auto`.
    public var policy: [String]
    /// Counts what the policy has published: two picks with the same number had the same picture.
    public var publication: UInt64
    /// The endpoints that counted, and, where the policy was asked, those that could not.
    public var candidates: [Candidate]
    /// Where it went; `nil` when it had to wait or failed.
    public var choice: Endpoint.Identity?
    /// Why there is no choice.
    public var problem: String?

    /// The state of a connection: `ConnectivityState` without reasons.
    public enum State: String, Sendable, Hashable {
        case idle = "IDLE"
        case connecting = "CONNECTING"
        case ready = "READY"
        case transientFailure = "TRANSIENT_FAILURE"
        case shutdown = "SHUTDOWN"

        public init(_ state: ConnectivityState) {
            self =
                switch state {
                case .idle: .idle
                case .connecting: .connecting
                case .ready: .ready
                case .transientFailure: .transientFailure
                case .shutdown: .shutdown
                }
        }
    }

    public struct Candidate: Sendable, Hashable {
        public var endpoint: Endpoint.Identity
        /// Of its connection, whether or not calls may go there; `nil` when it has none, as outside of a subset.
        public var state: State?
        /// Attempts of this channel that had not ended.
        public var inFlight: Int
        /// Seconds that attempts take there by this channel's measure; `nil` when there were none.
        public var latency: Double?
        /// What the policy compares: the lowest is the best. `nil` when it compares nothing.
        public var score: Double?
        /// What is special about it, e.g. `tried before`, `ejected for 23 s more`, `not in the subset`.
        public var reason: String

        public init(
            endpoint: Endpoint.Identity, state: State? = nil, inFlight: Int = 0, latency: Double? = nil,
            score: Double? = nil, reason: String = ""
        ) {
            self.endpoint = endpoint
            self.state = state
            self.inFlight = inFlight
            self.latency = latency
            self.score = score
            self.reason = reason
        }
    }

    public init(
        policy: [String], publication: UInt64, candidates: [Candidate] = [], choice: Endpoint.Identity? = nil,
        problem: String? = nil
    ) {
        self.policy = policy
        self.publication = publication
        self.candidates = candidates
        self.choice = choice
        self.problem = problem
    }
}

extension PickExplanation: CustomStringConvertible {
    /// Several lines, for people.
    public var description: String {
        let path = policy.joined(separator: " / ")
        let head = choice.map { "\(path) chose \($0)" } ?? "\(path) chose nothing: \(problem ?? "no call was made")"
        return ([head + " (publication \(publication))"] + candidates.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension PickExplanation.Candidate: CustomStringConvertible {
    public var description: String {
        var parts = [state?.rawValue ?? "no connection", "\(inFlight) in flight"]
        if let latency { parts.append("\(PickExplanation.Candidate.rounded(latency * 1000)) ms") }
        if let score { parts.append("score \(PickExplanation.Candidate.rounded(score))") }
        if !reason.isEmpty { parts.append(reason) }
        return "\(endpoint): \(parts.joined(separator: ", "))"
    }

    /// Three digits that count.
    private static func rounded(_ number: Double) -> String {
        let scale = abs(number) < 1 ? 1000.0 : abs(number) < 100 ? 100 : 1
        let rounded = (number * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
