// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport

/// One attempt of a call, and what its end says of the endpoint.
struct ClientAttempt {
    let subchannel: Subchannel
    let token: PickToken
    /// Why it went there, when somebody wants to know.
    let explanation: PickExplanation?
    /// The head of the response has come, ahead of any message.
    private var wasAnswered = false
    /// When the first message came.
    private var answer: PickTime?

    init(_ subchannel: Subchannel, _ token: PickToken, _ explanation: PickExplanation?) {
        self.explanation = explanation
        self.subchannel = subchannel
        self.token = token
    }

    mutating func receivedHead() { wasAnswered = true }
    mutating func receivedMessage() { if answer == nil { answer = .now } }

    func elapsed(at end: PickTime) -> Duration { .nanoseconds(Int64(end.nanoseconds &- token.start.nanoseconds)) }

    /// What an attempt that has ended says of its endpoint.
    func outcome(_ end: ClientStreamEnd, of kind: CallKind, at time: PickTime) -> AttemptOutcome {
        guard end.fate == .processed else { return AttemptOutcome(.none, load: end.load) }
        let verdict = AttemptOutcome.verdict(
            of: end.status.code, wasAnswered: wasAnswered, hasPushback: end.trailers["grpc-retry-pushback-ms"] != nil,
            isMoved: end.trailers["skein-move"] == "1", isLocal: end.origin == .local)
        return AttemptOutcome(verdict, latency: verdict == .none ? nil : latency(of: kind, at: time), load: end.load)
    }

    /// Seconds to the answer. How long a stream lasts is its own affair: its first message counts, but not one that
    /// comes only when the client has sent all of its own.
    private func latency(of kind: CallKind, at end: PickTime) -> Double? {
        switch kind {
        case .unary: (answer ?? end).seconds(since: token.start)
        case .serverStreaming, .bidirectional: answer?.seconds(since: token.start)
        case .clientStreaming: nil
        }
    }
}
