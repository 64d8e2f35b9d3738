// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// How an attempt ended, as far as it says something about the endpoint.
package struct AttemptOutcome: Sendable {
    /// What the status says of the endpoint.
    package enum Verdict: Sendable {
        case success
        /// The caller's error: the endpoint did its work.
        case refusal
        /// The endpoint's.
        case fault
        /// Nobody's, such as a cancelled call: nothing is known.
        case none
    }

    package let verdict: Verdict
    /// Seconds from the pick to the answer, for a stream to its first message; `nil` when there was none, or when it
    /// says nothing of the endpoint.
    package let latency: Double?
    /// What the server reported with its answer.
    package let load: ServerLoad?

    package init(_ verdict: Verdict, latency: Double? = nil, load: ServerLoad? = nil) {
        self.verdict = verdict
        self.latency = latency
        self.load = load
    }

    /// - Parameters:
    ///   - wasAnswered: the server sent something before the end.
    ///   - hasPushback: the server said when to try again: a limit it sets on purpose.
    ///   - isMoved: the server ended the stream for its age, so that the call moves on.
    ///   - isLocal: the end came from this side, such as a cancellation.
    package static func verdict(
        of code: StatusCode, wasAnswered: Bool, hasPushback: @autoclosure () -> Bool = false,
        isMoved: @autoclosure () -> Bool = false, isLocal: Bool = false
    ) -> Verdict {
        switch code {
        case .ok: .success
        case .unavailable where isMoved(): .none
        case .unavailable, .internal, .unknown, .dataLoss: .fault
        case .resourceExhausted: isLocal || hasPushback() ? .refusal : .fault
        case .deadlineExceeded: wasAnswered ? .refusal : .fault
        case .cancelled: .none
        default: .refusal
        }
    }
}
