// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Runs a resolver where there is no channel to do it.
package enum ResolverLoop {
    /// Until the task is cancelled or the resolver is done; again after a second when it fails.
    package static nonisolated(nonsending) func run(
        _ resolver: any Resolver, _ mailbox: ResolutionMailbox, _ clock: any Clock<Duration>,
        failed: (RPCError) -> Void
    ) async {
        while !Task.isCancelled {
            do {
                return try await resolver.run(ResolutionUpdates(mailbox))
            } catch {
                if !Task.isCancelled { failed(RPCError(resolutionFailure: error)) }
            }
            try? await clock.sleep(for: .seconds(1))
        }
    }
}
