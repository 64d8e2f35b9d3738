// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinTransport

extension Channel {
    /// One call with one request and one response, as bytes: what every typed shell comes down to.
    @usableFromInline
    nonisolated(nonsending) func unary(
        _ method: MethodDescriptor, _ request: consuming Buffer, _ options: CallOptions
    ) async throws(RPCError) -> RawResponse {
        guard core.options.interceptors.isEmpty else { return try await interceptedUnary(method, request, options) }
        return try await performUnary(method, request, options, nil)
    }

    nonisolated(nonsending) func performUnary(
        _ method: MethodDescriptor, _ request: consuming Buffer, _ options: CallOptions, _ hooks: MessageHooks?
    ) async throws(RPCError) -> RawResponse {
        let outcome = UnaryOutcome()
        var plan = core.plan(method, options)
        if core.isProvisional(plan) { plan = await core.settle(plan, options) }
        if let credentials = plan.credentials { plan = await core.authorization.authorize(plan, credentials) }
        plan.frame(first: &request, hooks)
        let call = ClientCall(
            plan, over: core, request: request, pipes: nil, reporter: core.reporter(hooks), outcome: outcome)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                outcome.willStart(continuation)
                call.start()
            }
        } onCancel: {
            call.cancel(.taskCancelled)
        }
        return try outcome.response()
    }

    /// Starts a call that streams; returns when it is on its way to a server. `request` is the one request, if there
    /// is one.
    @usableFromInline
    nonisolated(nonsending) func stream(
        _ method: MethodDescriptor, _ request: consuming Buffer?, _ options: CallOptions
    ) async throws(RPCError) -> StreamingCall {
        guard core.options.interceptors.isEmpty else { return try await interceptedStream(method, request, options) }
        return try await performStream(method, request, options, nil)
    }

    nonisolated(nonsending) func performStream(
        _ method: MethodDescriptor, _ request: consuming Buffer?, _ options: CallOptions, _ hooks: MessageHooks?
    ) async throws(RPCError) -> StreamingCall {
        var plan = core.plan(method, options)
        if core.isProvisional(plan) { plan = await core.settle(plan, options) }
        if let credentials = plan.credentials { plan = await core.authorization.authorize(plan, credentials) }
        let streaming = StreamingCall(self, plan, request, hooks)
        try await streaming.start()
        return streaming
    }
}
