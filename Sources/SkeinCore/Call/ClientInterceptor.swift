// SPDX-License-Identifier: Apache-2.0

/// Stands between the application and its calls: adds metadata, measures, rejects, answers itself, tries again.
///
/// The interceptors of a channel are called in their order, the first being the outermost. `next` makes the call:
/// for a method with one request and one response it returns what the call brought; for one that streams it returns
/// once the call is on its way. The messages themselves pass the hooks of the request. A channel without interceptors
/// pays nothing.
///
///     struct Bearer: ClientInterceptor {
///         let token: String
///         func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
///             var request = request
///             request.metadata["authorization"] = .text("Bearer \(token)")
///             return try await next(request)
///         }
///     }
public protocol ClientInterceptor: Sendable {
    nonisolated(nonsending) func intercept(
        _ request: ClientRequest, next: ClientNext
    ) async throws -> ClientResponse
}

/// A call that is about to be made.
public struct ClientRequest: Sendable {
    public let method: MethodDescriptor
    /// What the server is to get, the metadata of the options included.
    public var metadata: Metadata
    /// All but the metadata.
    public var options: CallOptions
    package var hooks = MessageHooks()

    package init(_ method: MethodDescriptor, _ options: CallOptions) {
        self.method = method
        metadata = options.metadata
        self.options = options
    }

    /// The options with what became of the metadata.
    package var callOptions: CallOptions {
        var options = options
        options.metadata = metadata
        return options
    }

    /// Looks at each request message, serialised, before it is compressed and sent, and may change it. An error ends
    /// the call.
    public mutating func onRequestMessage(_ hook: @escaping @Sendable (inout Buffer) throws(RPCError) -> Void) {
        hooks.request.append(hook)
    }

    /// Looks at the response's initial metadata, and may change it. An error ends the call.
    public mutating func onResponseMetadata(_ hook: @escaping @Sendable (inout Metadata) throws(RPCError) -> Void) {
        hooks.responseMetadata.append(hook)
    }

    /// Looks at each response message, serialised, and may change it. An error ends the call.
    public mutating func onResponseMessage(_ hook: @escaping @Sendable (inout Buffer) throws(RPCError) -> Void) {
        hooks.response.append(hook)
    }

    /// Called exactly once for each time that `next` makes the call, when that has ended, whatever its shape and
    /// however it went. Must return quickly.
    public mutating func onEnd(_ hook: @escaping @Sendable (CallSummary) -> Void) { hooks.end.append(hook) }
}

/// What a call brought.
public struct ClientResponse: Sendable {
    /// The one response message, serialised; `nil` for a call that streams.
    public var message: Buffer?
    /// Whether the message came compressed.
    package var wasCompressed = false
    public var metadata: Metadata
    public var trailingMetadata: Metadata
    /// What the channel itself made of it.
    package var origin: (any Sendable)?

    /// An answer in place of the server's, for a method with one request and one response.
    public init(message: Buffer, metadata: Metadata = [:], trailingMetadata: Metadata = [:]) {
        self.message = message
        self.metadata = metadata
        self.trailingMetadata = trailingMetadata
    }

    package init(message: Buffer?, metadata: Metadata, trailingMetadata: Metadata, origin: any Sendable) {
        self.message = message
        self.metadata = metadata
        self.trailingMetadata = trailingMetadata
        self.origin = origin
    }
}

/// The rest of the way: the interceptors that follow, and the call.
public struct ClientNext: Sendable {
    package typealias Call = nonisolated(nonsending) @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse

    private let interceptors: ArraySlice<any ClientInterceptor>
    private let call: Call

    package init(_ interceptors: ArraySlice<any ClientInterceptor>, _ call: @escaping Call) {
        self.interceptors = interceptors
        self.call = call
    }

    /// Makes the call; may be called again for another try. What it throws is always an `RPCError`.
    ///
    /// That is not in its type because Swift 6.3 crashes on interceptors that change their request in a `catch` with a
    /// pattern, which is how one tries again.
    public nonisolated(nonsending) func callAsFunction(_ request: ClientRequest) async throws -> ClientResponse {
        try await start(request)
    }

    package nonisolated(nonsending) func start(_ request: ClientRequest) async throws(RPCError) -> ClientResponse {
        guard let first = interceptors.first else { return try await call(request) }
        do {
            return try await first.intercept(request, next: ClientNext(interceptors.dropFirst(), call))
        } catch {
            throw RPCError(thrown: error, by: "an interceptor")
        }
    }
}
