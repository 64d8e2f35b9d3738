// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport
internal import Synchronization

/// One call, over all its attempts: picks a subchannel, starts an attempt there, and tries elsewhere what no server has
/// seen.
///
/// It has no task of its own: the caller's thread, a picker's publication and the connection's loop each move it on,
/// one at a time. Only `cancel` comes at any time.
final class ClientCall: ClientStreamSink, PickWaiter, @unchecked Sendable {  // owned by whoever moves it on
    private struct State {
        var stream: ClientStream?
        var cancellation: RPCError?
        var hasEnded = false
    }

    let plan: CallPlan
    private let channel: ChannelCore
    private let outcome: any ClientCallOutcome
    private let request: Buffer?
    private let pipes: MessagePipes?
    private let reporter: CallReporter?
    private let state = Mutex(State())
    private var retry = TransparentRetry()
    /// Where the attempts went that were tried again.
    private var tried: [SubchannelID] = []
    private var attempt: ClientAttempt?
    private var earlierAttempts: [AttemptSummary] = []
    private var lastAttempt: AttemptSummary?
    private var dependent: Int?

    /// - Parameters:
    ///   - request: the one request message, framed; `nil` when the pipes bring the messages.
    init(
        _ plan: CallPlan, over channel: ChannelCore, request: Buffer?, pipes: MessagePipes?,
        reporter: CallReporter?, outcome: any ClientCallOutcome
    ) {
        self.plan = plan
        self.channel = channel
        self.request = request
        self.pipes = pipes
        self.reporter = reporter
        self.outcome = outcome
    }

    /// Starts the call. Everything else comes through the outcome.
    func start() {
        reporter?.started(plan.method)
        if let problem = plan.problem { return finish(problem) }
        if let parent = plan.parent {
            do throws(RPCError) {
                dependent = try parent.adopt(plan.method) { [weak self] in self?.cancel($0) }
            } catch {
                return finish(error)
            }
        }
        proceed()
    }

    /// Ends the call with `error`, unless it has ended. From any thread.
    func cancel(_ error: RPCError) {
        let stream = state.withLock { state -> ClientStream? in
            guard !state.hasEnded else { return nil }
            state.cancellation = state.cancellation ?? error
            return state.stream
        }
        if let stream {
            stream.connection.post(.cancel(stream, error))
        } else if channel.queue.leave(self) {
            finish(error)
        }
    }

    private var cancellation: RPCError? { state.withLock { $0.cancellation } }

    // MARK: pick

    /// Picks until the call is on its way, waits, or has ended.
    private func proceed() {
        while true {
            let generation = channel.queue.generation
            var context = PickContext(
                plan.method, metadata: plan.metadata, hash: plan.hash, source: plan.source, deadline: plan.deadline)
            context.time = .now
            for id in tried { context.attempted(id) }
            let outcome = channel.cell.pick(&context)
            if let wanted = context.wishes.wanted { channel.balancer.post(.connect(wanted)) }
            if !context.wishes.probes.isEmpty { channel.probe(context.wishes.probes) }
            switch outcome {
            case .picked(let held, let token):
                let subchannel = held.takeUnretainedValue()
                if let connection = subchannel.connection {
                    let explanation = channel.explain(&context, token, isWanted: plan.explainsPicks)
                    let attempt = ClientAttempt(subchannel, token, explanation)
                    return start(attempt, on: connection, asksForLoad: context.wantsReports)
                }
                channel.cell.slots.completed(token)
                if wait(after: generation) { return }
            case .queue(let generation):
                if wait(after: generation) { return }
            case .fail(let error):
                guard plan.waitsForReady else { return finish(error.fromControlPlane) }
                if wait(after: generation) { return }
            case .drop(let error): return finish(error.fromControlPlane)
            }
        }
    }

    /// Waits for a newer picker; `false` when there is one.
    private func wait(after generation: UInt64) -> Bool {
        guard channel.queue.wait(self, after: generation, until: plan.deadline) else { return false }
        // A cancellation that came before the call was in the queue has found nothing to take out.
        if let cancellation, channel.queue.leave(self) {
            finish(cancellation)
            return true
        }
        channel.balancer.post(.wanted)
        return true
    }

    func pickerPublished() {
        if let cancellation { return finish(cancellation) }
        proceed()
    }

    func deadlinePassedWaiting() {
        finish(
            RPCError(
                .deadlineExceeded,
                "call \(plan.method): the deadline passed while \(channel.target) was \(channel.states.current)"))
    }

    // MARK: attempt

    private func start(_ attempt: ClientAttempt, on connection: ClientConnection, asksForLoad: Bool) {
        let stream = ClientStream(
            plan.method, channel.request(for: plan, asksForLoad: asksForLoad), message: request,
            deadline: plan.deadline, sink: self)
        stream.maxMessageBytes = plan.maxResponseBytes
        stream.connection = connection
        stream.pipes = pipes
        pipes?.attach(stream)
        let cancellation = state.withLock { state in
            if state.cancellation == nil { state.stream = stream }
            return state.cancellation
        }
        if let cancellation {
            channel.cell.slots.completed(attempt.token)
            return finish(cancellation)
        }
        self.attempt = attempt
        reporter?.attemptStarted(plan.method, attempt.subchannel.identity)
        if let request, lastAttempt == nil { reporter?.messageSent(plan.method, request.count) }
        connection.post(.start(stream))
        outcome.started()
    }

    func received(metadata: Metadata) {
        attempt?.receivedHead()
        pipes?.commit()
        outcome.received(metadata: metadata)
    }

    func received(message: ReceivedMessage) {
        attempt?.receivedMessage()
        reporter?.messageReceived(plan.method, message.count)
        outcome.received(message: message)
    }

    func ended(_ end: ClientStreamEnd) {
        guard let attempt else { return }
        self.attempt = nil
        let now = PickTime.now
        channel.cell.slots.completed(attempt.token, attempt.outcome(end, of: plan.method.kind, at: now), at: now)
        if end.hasLoadReport, let report = end.report {
            channel.cell.slots.reported(report, of: attempt.token.id, at: now)
        }
        var summary = AttemptSummary(
            endpoint: attempt.subchannel.identity, status: end.status, elapsed: attempt.elapsed(at: now),
            fate: AttemptSummary.Fate(end.fate))
        summary.pick = attempt.explanation
        if let lastAttempt { earlierAttempts.append(lastAttempt) }
        lastAttempt = summary
        reporter?.attemptEnded(plan.method, summary)
        let isCancelled = state.withLock { state in
            state.stream = nil
            return state.cancellation != nil
        }
        if !isCancelled, retry.mayTryAgain(after: end), pipes?.rewind() ?? true {
            tried.append(attempt.token.id)
            return proceed()
        }
        finish(end.status, end.trailers, end.origin, attempt.subchannel.identity)
    }

    // MARK: end

    private func finish(_ error: RPCError) {
        finish(error.status, error.metadata, .local, nil)
    }

    private func finish(
        _ status: Status, _ trailers: Metadata, _ origin: RPCError.Origin, _ endpoint: Endpoint.Identity?
    ) {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        guard isFirst else { return }
        if let dependent { plan.parent?.release(dependent) }
        let end = CallEnd(
            status: status, trailers: trailers, origin: origin, endpoint: endpoint, earlierAttempts: earlierAttempts,
            lastAttempt: lastAttempt)
        reporter?.ended(plan, end)
        outcome.ended(end)
    }
}

extension ClientStreamEnd {
    /// The load report in the trailers (gRFC A51).
    fileprivate var report: LoadReport? { trailers[binary: LoadReportCodec.trailer].flatMap(LoadReportCodec.decode) }
}

extension AttemptSummary.Fate {
    fileprivate init(_ fate: StreamClosure.Fate) {
        switch fate {
        case .unsent: self = .unsent
        case .refused: self = .refused
        case .processed: self = .processed
        }
    }
}

extension RPCError {
    /// As a resolver's or a policy's failure reaches a call (gRFC A54).
    fileprivate var fromControlPlane: RPCError {
        RPCError(Status(code.fromControlPlane, message), metadata: metadata, cause: cause, origin: .local)
    }
}
