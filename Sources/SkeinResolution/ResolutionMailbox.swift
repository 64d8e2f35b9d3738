// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The two ways between a channel and its running resolver: results go up, requests for a new look go down.
package final class ResolutionMailbox: Sendable {
    private let refresh: Signal
    private let receive: @Sendable (Result<Resolution, RPCError>) -> Bool

    /// `receive` is called synchronously, from whatever thread the resolver publishes on; it returns whether the
    /// resolution was accepted.
    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        _ receive: @escaping @Sendable (Result<Resolution, RPCError>) -> Bool
    ) {
        refresh = Signal(clock: clock)
        self.receive = receive
    }

    /// Asks the resolver for a new look. Requests made while one is pending are one.
    package func requestRefresh() { refresh.set() }

    func deliver(_ result: Result<Resolution, RPCError>) -> Bool { receive(result) }

    nonisolated(nonsending) func waitForRefresh(atMost interval: Duration?) async throws -> Bool {
        try await refresh.wait(atMost: interval)
    }
}
