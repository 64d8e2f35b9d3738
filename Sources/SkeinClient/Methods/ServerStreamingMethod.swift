// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// One method of a stub: one request, a stream of responses. Call it like a function.
public struct ServerStreamingMethod<Request, Reply>: Sendable {
    public let method: Method<Request, Reply>
    public let channel: Channel
    public let defaults: CallOptions

    @inlinable
    public init(_ method: Method<Request, Reply>, on channel: Channel, defaults: CallOptions = .init()) {
        self.method = method
        self.channel = channel
        self.defaults = defaults
    }

    /// Starts the call; returns once it is on its way to a server.
    @inlinable
    public nonisolated(nonsending) func callAsFunction(
        _ request: Request, _ options: CallOptions = .init()
    ) async throws(RPCError) -> ResponseStream<Reply> {
        var buffer = OutgoingMessages.makeBuffer()
        try method.encodeRequest(request, &buffer)
        let call = try await channel.stream(method.descriptor, buffer, defaults.adding(options))
        return ResponseStream(call, method.decodeResponse)
    }
}
