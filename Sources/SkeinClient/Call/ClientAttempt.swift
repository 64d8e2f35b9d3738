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
    /// When the first message came.
    private var answer: PickTime?

    init(_ subchannel: Subchannel, _ token: PickToken, _ explanation: PickExplanation?) {
        self.explanation = explanation
        self.subchannel = subchannel
        self.token = token
    }

    /// A message has come.
    mutating func answered() { if answer == nil { answer = .now } }

    func elapsed(at end: PickTime) -> Duration { .nanoseconds(Int64(end.nanoseconds &- token.start.nanoseconds)) }

    /// What an attempt that has ended says of its endpoint. A stream's duration is its own affair: its first message
    /// counts, or the end of one without messages.
    func outcome(_ end: ClientStreamEnd, at time: PickTime) -> AttemptOutcome {
        guard end.fate == .processed else { return AttemptOutcome(.none, load: end.load) }
        let verdict = AttemptOutcome.verdict(
            of: end.status.code, wasAnswered: answer != nil, hasPushback: end.trailers["grpc-retry-pushback-ms"] != nil,
            isLocal: end.origin == .local)
        return AttemptOutcome(
            verdict, latency: verdict == .none ? nil : (answer ?? time).seconds(since: token.start), load: end.load)
    }
}
