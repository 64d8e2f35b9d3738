// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SkeinTransport

extension Channel {
    /// One call with one request and one response, as bytes: what every typed shell comes down to.
    @usableFromInline
    nonisolated(nonsending) func unary(
        _ method: MethodDescriptor, _ request: consuming Buffer, _ options: CallOptions
    ) async throws(RPCError) -> RawResponse {
        let outcome = UnaryOutcome()
        let reporter = core.reporter()
        var plan = core.plan(method, options)
        plan.frame(first: &request)
        let call = ClientCall(
            plan, over: core, request: request, pipes: nil, reporter: reporter, outcome: outcome)
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
        let streaming = StreamingCall(self, method, request, options)
        try await streaming.start()
        return streaming
    }
}
