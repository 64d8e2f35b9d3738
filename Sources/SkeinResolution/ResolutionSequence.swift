// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a target resolves to, and every change of that: for programs that want the servers rather than a channel.
///
///     for await result in try ResolverRegistry.builtIn.resolutions(of: "dns:///orders:50051") { … }
///
/// An element is a whole list, or why there is none for now. Who reads slowly misses what is not new any more. The
/// sequence ends when its task is cancelled, or with the last list when the resolver says that it stands for good.
/// Iterate it once.
public struct ResolutionSequence: AsyncSequence, Sendable {
    private let stream: AsyncStream<Result<Resolution, RPCError>>

    init(_ resolver: any Resolver, clock: any Clock<Duration>) {
        stream = AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let mailbox = ResolutionMailbox(clock: clock) { result in
                continuation.yield(result)
                return true
            }
            let task = Task { @concurrent in
                await ResolverLoop.run(resolver, mailbox, clock) { continuation.yield(.failure($0)) }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    public func makeAsyncIterator() -> AsyncStream<Result<Resolution, RPCError>>.Iterator { stream.makeAsyncIterator() }
}

extension ResolverRegistry {
    /// Resolves a target without a channel. Throws when the target is wrong.
    public func resolutions(
        of target: String, _ context: ResolverContext = ResolverContext()
    ) throws(ConfigurationError) -> ResolutionSequence {
        ResolutionSequence(try make(try self.target(target), context), clock: context.clock)
    }
}

extension RPCError {
    /// What calls fail with when a resolver throws `error` (gRFC A54).
    package init(resolutionFailure error: any Error) {
        guard let error = error as? RPCError else {
            self.init(.unavailable, "resolve: \(error)", cause: error)
            return
        }
        self.init(error.code.fromControlPlane, error.message, metadata: error.metadata, cause: error.cause)
    }
}
