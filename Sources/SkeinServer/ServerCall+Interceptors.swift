// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

extension ServerCall {
    /// The response message on its way back through the interceptors.
    private final class Answer: Sendable {
        let message = Mutex<Buffer?>(nil)
        func take() -> Buffer? { message.withLock { $0.take() } }
    }

    /// Runs the handler inside the server's interceptors.
    func runIntercepted() async {
        let start = ContinuousClock.now
        let traffic = TrafficCount()
        context.onRequestMessage { traffic.received($0.count) }
        let answer = Answer()
        var status = Status.ok
        do {
            try await ServerContext.$current.withValue(context) {
                let next = ServerNext(launcher.interceptors[...]) { [self] in
                    let message = try await callHandler(context.hooks)
                    answer.message.withLock { $0 = message }
                }
                try await next(context)
            }
            try answerOrEnd(answer, traffic)
        } catch {
            let error = RPCError(thrown: error)
            status = error.status
            respond(error)
        }
        guard let hooks = context.hooks, !hooks.end.isEmpty else { return }
        if let reason = context.cancellation { status = Status(reason.code, "\(reason)") }
        let (received, sent) = traffic.totals(stream.pipes)
        hooks.ended(
            CallSummary(
                method: method.descriptor, status: status, metadata: context.initialMetadata,
                trailingMetadata: context.trailingMetadata, endpoint: nil, attempts: [], elapsed: .now - start,
                sent: sent, received: received))
    }

    private func answerOrEnd(_ answer: Answer, _ traffic: TrafficCount) throws(RPCError) {
        guard kind.hasSingleResponse else { return respond(.ok) }
        guard var message = answer.take() else {
            throw RPCError(.internal, "an interceptor of \(method.descriptor) returned without calling the handler")
        }
        try context.hooks?.apply(toResponse: &message)
        traffic.sent(message.count)
        respond(message)
    }
}

/// The messages of a call that does not count them itself.
private final class TrafficCount: Sendable {
    private let counts = Mutex((received: CallSummary.Traffic(), sent: CallSummary.Traffic()))

    func received(_ bytes: Int) { counts.withLock { TrafficCount.add(bytes, to: &$0.received) } }
    func sent(_ bytes: Int) { counts.withLock { TrafficCount.add(bytes, to: &$0.sent) } }

    /// Streamed responses are counted by the pipes.
    func totals(_ pipes: MessagePipes?) -> (received: CallSummary.Traffic, sent: CallSummary.Traffic) {
        var totals = counts.withLock { $0 }
        if let streamed = pipes?.sent, streamed.messages > 0 { totals.sent = streamed }
        return totals
    }

    private static func add(_ bytes: Int, to traffic: inout CallSummary.Traffic) {
        traffic.messages += 1
        traffic.bytes += bytes
    }
}
