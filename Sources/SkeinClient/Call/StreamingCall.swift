// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinTransport

/// A streaming call as the typed shells hold it. When the last of them lets go, the call is cancelled.
@usableFromInline
final class StreamingCall: Sendable {
    private let call: ClientCall
    private let outcome: StreamingOutcome
    private let reporter: CallReporter?
    private let pipes: MessagePipes
    private let hooks: MessageHooks?
    /// Not shut down as long as the call is held.
    private let channel: Channel

    init(
        _ channel: Channel, _ plan: consuming CallPlan, _ request: consuming Buffer?, _ hooks: MessageHooks?
    ) {
        self.channel = channel
        self.hooks = hooks
        let core = channel.core
        if var first = request.take() {
            plan.frame(first: &first, hooks)
            request = first
        }
        let link = CallLink()
        let limits = StreamLimits(streamWindow: core.options.streamWindow, replayBytes: 256 << 10)
        pipes = MessagePipes(limits) { link.cancel($0) }
        outcome = StreamingOutcome(pipes)
        reporter = core.reporter(hooks)
        call = ClientCall(
            plan, over: core, request: request, pipes: pipes, reporter: reporter,
            outcome: outcome)
        link.connect(to: call)
    }

    deinit { cancel(RPCError(.cancelled, "the stream was dropped")) }

    /// Starts the call; returns when it is on its way to a server. Throws when it never is.
    nonisolated(nonsending) func start() async throws(RPCError) {
        let result = await withTaskCancellationHandler { () async -> Result<Void, RPCError> in
            call.start()
            do throws(RPCError) { return .success(try await outcome.waitForStart()) } catch { return .failure(error) }
        } onCancel: {
            call.cancel(.taskCancelled)
        }
        try result.get()
    }

    func cancel(_ error: RPCError) {
        if !outcome.hasEnded { call.cancel(error) }
        pipes.finishInbound(error)
    }

    // MARK: requests

    @usableFromInline
    nonisolated(nonsending) func write(_ message: consuming Buffer, compressed: Bool) async throws(RPCError) {
        if let hooks { try orCancel { () throws(RPCError) in try hooks.apply(toRequest: &message) } }
        try call.plan.frame(&message, compressed: compressed)
        let count = message.count
        try await pipes.write(message)
        reporter?.messageSent(call.plan.method, count)
    }

    @usableFromInline
    func finishWriting() { pipes.finishWriting() }

    // MARK: responses

    /// The next message; `nil` when the call has ended well.
    @usableFromInline
    nonisolated(nonsending) func next() async throws(RPCError) -> Buffer? {
        guard let hooks else { return try await nextMessage() }
        guard var message = try await nextMessage() else { return nil }
        try orCancel { () throws(RPCError) in try hooks.apply(toResponse: &message) }
        return message
    }

    private nonisolated(nonsending) func nextMessage() async throws(RPCError) -> Buffer? {
        let failure: RPCError
        do throws(RPCError) { return try await pipes.nextMessage() } catch { failure = error }
        // A message that is no message ends the call, which knows its attempts once it has ended.
        guard failure.attempts.isEmpty, failure.code != .cancelled else { throw failure }
        throw failure.with(attempts: await outcome.end().end.attempts)
    }

    /// Whether the message that was read last came compressed.
    var lastWasCompressed: Bool { pipes.lastWasCompressed }

    /// An error of an interceptor's hook ends the call.
    private func orCancel(_ body: () throws(RPCError) -> Void) throws(RPCError) {
        do throws(RPCError) {
            try body()
        } catch {
            cancel(error)
            throw error
        }
    }

    nonisolated(nonsending) func metadata() async throws(RPCError) -> Metadata {
        let result = await withTaskCancellationHandler { () async -> Result<Metadata, RPCError> in
            do throws(RPCError) { return .success(try await outcome.metadata()) } catch { return .failure(error) }
        } onCancel: {
            call.cancel(.taskCancelled)
        }
        var metadata = try result.get()
        if let hooks { try orCancel { () throws(RPCError) in try hooks.apply(toResponse: &metadata) } }
        return metadata
    }

    nonisolated(nonsending) func summary() async -> CallSummary {
        let (end, metadata) = await outcome.end()
        return CallSummary(
            method: call.plan.method, status: end.status, metadata: metadata, trailingMetadata: end.trailers,
            endpoint: end.endpoint, attempts: end.attempts, elapsed: .now - call.plan.start,
            sent: pipes.sent, received: pipes.received)
    }

    /// The one response of a method that has one, when the call has ended well.
    @usableFromInline
    nonisolated(nonsending) func response() async throws(RPCError) -> RawResponse {
        let message = try await next()
        let wasCompressed = lastWasCompressed
        while try await next() != nil {}
        var (end, metadata) = await outcome.end()
        try hooks?.apply(toResponse: &metadata)
        guard let message else { throw end.error ?? RPCError(.unimplemented, "the server sent no response message") }
        return RawResponse(message, wasCompressed: wasCompressed, metadata: metadata, end)
    }

    /// What the call throws after `error` came out of the application's writing code: the server's status if it has
    /// ended the call, for that is why writing failed; else `error`, and the call is cancelled.
    @usableFromInline
    nonisolated(nonsending) func failure(after error: any Error) async -> RPCError {
        if outcome.hasEnded, let status = await outcome.end().end.error { return status }
        let error = RPCError(thrown: error)
        cancel(error)
        return error
    }
}
