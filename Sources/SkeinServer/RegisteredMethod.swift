// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinTransport

/// One method of a server: its descriptor, its handler over bytes, and where the handler runs.
@usableFromInline
final class RegisteredMethod: Sendable {
    @usableFromInline typealias Unary = @Sendable (Buffer, ServerContext) async throws -> Buffer
    @usableFromInline typealias ServerStreaming =
        @Sendable (Buffer, OutgoingMessages, ServerContext) async throws -> Void
    @usableFromInline typealias ClientStreaming = @Sendable (IncomingMessages, ServerContext) async throws -> Buffer
    @usableFromInline typealias Bidirectional =
        @Sendable (IncomingMessages, OutgoingMessages, ServerContext) async throws -> Void

    @usableFromInline
    enum Handler: Sendable {
        case unary(Unary)
        case serverStreaming(ServerStreaming)
        case clientStreaming(ClientStreaming)
        case bidirectional(Bidirectional)
    }

    /// Its place among the server's methods.
    let number: Int
    let descriptor: MethodDescriptor
    /// The path, to compare with a request's.
    let pathBytes: [UInt8]
    let handler: Handler
    let pace = HandlerPace()
    /// Whether its calls are load.
    let isMeasured: Bool
    /// Whether its calls keep a connection from being idle.
    let countsAsUse: Bool

    init(
        _ number: Int, _ descriptor: MethodDescriptor, _ handler: Handler, isMeasured: Bool = true,
        countsAsUse: Bool = true
    ) {
        self.isMeasured = isMeasured
        self.countsAsUse = countsAsUse
        self.number = number
        self.descriptor = descriptor
        pathBytes = Array(descriptor.path.utf8)
        self.handler = handler
    }
}
