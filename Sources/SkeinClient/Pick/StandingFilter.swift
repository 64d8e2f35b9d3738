// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Leaves out endpoints that are only good as long as they are connected: addresses are reused, and what a registry
/// named long ago may be another server by now. See `EndpointStanding`.
struct StandingFilter {
    /// How long an endpoint that its registry has not confirmed for long may be connected again.
    static let reconnection: Duration = .seconds(3600)

    private var ready: Set<Endpoint.Identity> = []
    /// Since when unconfirmed endpoints have not been connected.
    private var apart: [Endpoint.Identity: ContinuousClock.Instant] = [:]

    /// A connection was made or lost.
    mutating func became(_ endpoint: Endpoint.Identity, ready isReady: Bool) {
        if isReady { ready.insert(endpoint) } else { ready.remove(endpoint) }
    }

    /// What may be used of `endpoints`. `isVerified`: their identity is proven whenever one is connected.
    mutating func usable(
        _ endpoints: [Endpoint], isVerified: Bool, at now: ContinuousClock.Instant
    ) -> [Endpoint] {
        guard endpoints.contains(where: { $0[EndpointStanding.self] != .listed }) else {
            apart = [:]
            return endpoints
        }
        var stillApart: [Endpoint.Identity: ContinuousClock.Instant] = [:]
        let usable = endpoints.filter { endpoint in
            let identity = endpoint.identity
            switch endpoint[EndpointStanding.self] {
            case .listed: return true
            case .kept: return ready.contains(identity)
            case .unconfirmed:
                guard !ready.contains(identity), !isVerified else { return true }
                let since = apart[identity] ?? now
                stillApart[identity] = since
                return now - since < StandingFilter.reconnection
            }
        }
        apart = stillApart
        return usable
    }

    /// When less may be usable than at `now` although nothing happens.
    func nextChange(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        apart.values.map { $0 + StandingFilter.reconnection }.filter { $0 > now }.min()
    }
}
