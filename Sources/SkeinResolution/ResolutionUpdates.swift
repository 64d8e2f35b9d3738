// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// How a running resolver speaks to its channel. May be used from any thread.
public struct ResolutionUpdates: Sendable {
    private let mailbox: ResolutionMailbox

    package init(_ mailbox: ResolutionMailbox) { self.mailbox = mailbox }

    /// Replaces the channel's endpoints. `false`: the channel cannot use the resolution (an empty list, an invalid
    /// config); a resolver that polls should then poll more slowly.
    @discardableResult
    public func publish(_ resolution: Resolution) -> Bool { mailbox.deliver(.success(resolution)) }

    /// Tells the channel why nothing new is known. It keeps its last resolution; while it has none, its calls fail
    /// with `failure` unless they wait for ready.
    public func publish(_ failure: RPCError) { _ = mailbox.deliver(.failure(failure)) }

    /// Waits until the channel asks for a new look, or `interval` has passed; forever when `nil`.
    ///
    /// The channel asks when a connection fails or ends. A request made since the last wait counts: it is never lost.
    /// `true`: the channel asked. Throws `CancellationError` when the task is cancelled.
    @discardableResult
    public nonisolated(nonsending) func waitForRefresh(atMost interval: Duration? = nil) async throws -> Bool {
        try await mailbox.waitForRefresh(atMost: interval)
    }

    /// Ends the resolver's own wait, for one that learns of changes by a callback.
    func requestRefresh() { mailbox.requestRefresh() }
}
