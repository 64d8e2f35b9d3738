// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// Calls that go through interceptors.
extension Channel {
    nonisolated(nonsending) func interceptedUnary(
        _ method: MethodDescriptor, _ request: Buffer, _ options: CallOptions
    ) async throws(RPCError) -> RawResponse {
        let next = ClientNext(core.options.interceptors[...]) { [self] intercepted async throws(RPCError) in
            let hooks = intercepted.hooks
            let raw = try await performUnary(method, request, intercepted.callOptions, hooks)
            var (message, metadata) = (raw.message, raw.metadata)
            try hooks.apply(toResponse: &metadata)
            try hooks.apply(toResponse: &message)
            var response = ClientResponse(
                message: message, metadata: metadata, trailingMetadata: raw.end.trailers, origin: raw.end)
            response.wasCompressed = raw.wasCompressed
            return response
        }
        let response = try await next.start(ClientRequest(method, options))
        guard let message = response.message else {
            throw RPCError(.internal, "call \(method): an interceptor returned no message")
        }
        return RawResponse(
            message, wasCompressed: response.wasCompressed, metadata: response.metadata, CallEnd(response))
    }

    nonisolated(nonsending) func interceptedStream(
        _ method: MethodDescriptor, _ request: Buffer?, _ options: CallOptions
    ) async throws(RPCError) -> StreamingCall {
        let next = ClientNext(core.options.interceptors[...]) { [self] intercepted async throws(RPCError) in
            let call = try await performStream(method, request, intercepted.callOptions, intercepted.hooks)
            return ClientResponse(message: nil, metadata: [:], trailingMetadata: [:], origin: call)
        }
        let response = try await next.start(ClientRequest(method, options))
        guard let call = response.origin as? StreamingCall else {
            throw RPCError(
                .internal, "call \(method): an interceptor answered a call that streams; it can reject it, or call next"
            )
        }
        return call
    }
}

extension CallEnd {
    /// Of a response as the interceptors left it.
    fileprivate init(_ response: ClientResponse) {
        self =
            response.origin as? CallEnd
            ?? CallEnd(
                status: .ok, trailers: [:], origin: .local, endpoint: nil, earlierAttempts: [], lastAttempt: nil)
        trailers = response.trailingMetadata
    }
}
