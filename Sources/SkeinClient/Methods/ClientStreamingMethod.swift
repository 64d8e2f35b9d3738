// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// One method of a stub: a stream of requests, one response. Call it like a function.
public struct ClientStreamingMethod<Request, Reply>: Sendable {
    public let method: Method<Request, Reply>
    public let channel: Channel
    public let defaults: CallOptions

    @inlinable
    public init(_ method: Method<Request, Reply>, on channel: Channel, defaults: CallOptions = .init()) {
        self.method = method
        self.channel = channel
        self.defaults = defaults
    }

    /// Makes the call: `write` sends the requests; when it returns, no more follow. The response message.
    @inlinable
    public nonisolated(nonsending) func callAsFunction(
        _ options: CallOptions = .init(),
        _ write: nonisolated(nonsending) (RequestWriter<Request>) async throws -> Void
    ) async throws(RPCError) -> Reply {
        try await response(options, write).message
    }

    /// Makes the call; the message with all that came with it.
    @inlinable
    public nonisolated(nonsending) func response(
        _ options: CallOptions = .init(),
        _ write: nonisolated(nonsending) (RequestWriter<Request>) async throws -> Void
    ) async throws(RPCError) -> Response<Reply> {
        let call = try await channel.stream(method.descriptor, nil, defaults.adding(options))
        do {
            try await write(RequestWriter(call, method.encodeRequest))
        } catch {
            throw await call.failure(after: error)
        }
        call.finishWriting()
        let raw = try await call.response()
        return Response(try raw.message.withBytes(method.decodeResponse), raw)
    }
}
