// SPDX-License-Identifier: Apache-2.0

/// Stands between a server's connections and its handlers: checks, measures, rejects, sets task-local values.
///
/// The interceptors of a server are called in their order, the first being the outermost. `next` runs the handler and
/// returns when that has returned; what is thrown becomes the status of the call. The messages themselves pass the
/// hooks of the context. A server without interceptors pays nothing.
///
///     struct RequireTenant: ServerInterceptor {
///         func intercept(_ context: ServerContext, next: ServerNext) async throws {
///             guard context.metadata["tenant"] != nil else { throw RPCError(.unauthenticated, "no tenant") }
///             try await next(context)
///         }
///     }
public protocol ServerInterceptor: Sendable {
    nonisolated(nonsending) func intercept(_ context: ServerContext, next: ServerNext) async throws
}

/// The rest of the way: the interceptors that follow, and the handler.
public struct ServerNext: Sendable {
    package typealias Handler = nonisolated(nonsending) @Sendable () async throws -> Void

    private let interceptors: ArraySlice<any ServerInterceptor>
    private let handler: Handler

    package init(_ interceptors: ArraySlice<any ServerInterceptor>, _ handler: @escaping Handler) {
        self.interceptors = interceptors
        self.handler = handler
    }

    /// Runs the handler. Once.
    public nonisolated(nonsending) func callAsFunction(_ context: ServerContext) async throws {
        guard let first = interceptors.first else { return try await handler() }
        try await first.intercept(context, next: ServerNext(interceptors.dropFirst(), handler))
    }
}
