// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// One method of a stub: streams both ways. Call it like a function.
public struct BidirectionalMethod<Request, Reply>: Sendable {
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
        _ options: CallOptions = .init()
    ) async throws(RPCError) -> BidirectionalCall<Request, Reply> {
        let call = try await channel.stream(method.descriptor, nil, defaults.adding(options))
        return BidirectionalCall(
            requests: RequestWriter(call, method.encodeRequest), responses: ResponseStream(call, method.decodeResponse))
    }
}

/// Both directions of a call. They are independent: read and write from different tasks.
public struct BidirectionalCall<Request, Reply>: Sendable {
    public let requests: RequestWriter<Request>
    public let responses: ResponseStream<Reply>

    @usableFromInline
    init(requests: RequestWriter<Request>, responses: ResponseStream<Reply>) {
        self.requests = requests
        self.responses = responses
    }
}
