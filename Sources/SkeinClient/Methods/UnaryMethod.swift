// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// One method of a stub: one request, one response. Call it like a function.
public struct UnaryMethod<Request, Reply>: Sendable {
    public let method: Method<Request, Reply>
    public let channel: Channel
    public let defaults: CallOptions

    @inlinable
    public init(_ method: Method<Request, Reply>, on channel: Channel, defaults: CallOptions = .init()) {
        self.method = method
        self.channel = channel
        self.defaults = defaults
    }

    /// Makes the call; the response message.
    @inlinable
    public nonisolated(nonsending) func callAsFunction(
        _ request: Request, _ options: CallOptions = .init()
    ) async throws(RPCError) -> Reply {
        let raw = try await send(request, options)
        return try raw.message.withBytes(method.decodeResponse)
    }

    /// Makes the call; the message with all that came with it.
    @inlinable
    public nonisolated(nonsending) func response(
        _ request: Request, _ options: CallOptions = .init()
    ) async throws(RPCError) -> Response<Reply> {
        let raw = try await send(request, options)
        return Response(try raw.message.withBytes(method.decodeResponse), raw)
    }

    @inlinable
    nonisolated(nonsending) func send(_ request: Request, _ options: CallOptions) async throws(RPCError) -> RawResponse
    {
        var buffer = OutgoingMessages.makeBuffer()
        try method.encodeRequest(request, &buffer)
        return try await channel.unary(method.descriptor, buffer, defaults.adding(options))
    }
}
