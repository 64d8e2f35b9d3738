// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// Collects the handlers of the services: generated code calls one of the four methods for each of its methods.
///
/// The typed part of a handler is wrapped here, where the types are known; what remains speaks bytes.
public struct ServiceRouter {
    /// All services of the server, those registered later too.
    public let services: [ServiceDescriptor]
    private(set) var methods: [RegisteredMethod] = []
    /// Whether the calls of methods registered from now on are load: those that ask about the server are not.
    package var isMeasured = true
    /// Whether they keep their connection from being idle.
    package var countsAsUse = true

    /// Lets all `services` register.
    init(_ services: [any RPCService]) {
        self.services = services.flatMap(\.descriptors)
        for service in services {
            service.register(with: &self)
            isMeasured = true
            countsAsUse = true
        }
    }

    @usableFromInline
    mutating func add(_ descriptor: MethodDescriptor, _ handler: RegisteredMethod.Handler) {
        methods.append(
            RegisteredMethod(
                methods.count, descriptor, handler, isMeasured: isMeasured, countsAsUse: countsAsUse))
    }

    @inlinable
    public mutating func unary<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        add(
            method.descriptor,
            .unary { bytes, context in
                let request = try bytes.withBytes(method.decodeRequest)
                let response = try await handler(request, context)
                var buffer = OutgoingMessages.makeBuffer()
                try method.encodeResponse(response, &buffer)
                return buffer
            })
    }

    @inlinable
    public mutating func serverStreaming<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (Request, ResponseWriter<Response>, ServerContext) async throws -> Void
    ) {
        add(
            method.descriptor,
            .serverStreaming { bytes, responses, context in
                let request = try bytes.withBytes(method.decodeRequest)
                try await handler(request, ResponseWriter(responses, method.encodeResponse), context)
            })
    }

    @inlinable
    public mutating func clientStreaming<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler: @escaping @Sendable (RequestStream<Request>, ServerContext) async throws -> Response
    ) {
        add(
            method.descriptor,
            .clientStreaming { requests, context in
                let response = try await handler(RequestStream(requests, method.decodeRequest), context)
                var buffer = OutgoingMessages.makeBuffer()
                try method.encodeResponse(response, &buffer)
                return buffer
            })
    }

    @inlinable
    public mutating func bidirectional<Request, Response>(
        _ method: Method<Request, Response>,
        _ handler:
            @escaping @Sendable (RequestStream<Request>, ResponseWriter<Response>, ServerContext) async throws -> Void
    ) {
        add(
            method.descriptor,
            .bidirectional { requests, responses, context in
                try await handler(
                    RequestStream(requests, method.decodeRequest), ResponseWriter(responses, method.encodeResponse),
                    context)
            })
    }
}
