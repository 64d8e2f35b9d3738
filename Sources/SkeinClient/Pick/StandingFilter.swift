// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// Leaves out endpoints that are only good as long as they are connected: addresses are reused, and what a registry
/// named long ago may be another server by now. See `EndpointStanding`.
struct StandingFilter {
    /// How long an endpoint that its registry has not confirmed for long may be connected again.
    static let reconnection: Duration = .seconds(3600)

    private var ready: [Endpoint.Identity: Set<SubchannelID>] = [:]
    /// Since when unconfirmed endpoints have not been connected.
    private var apart: [Endpoint.Identity: ContinuousClock.Instant] = [:]

    /// Of the endpoints that were asked about last, those that are not listed.
    private var doubted: Set<Endpoint.Identity> = []

    var isInDoubt: Bool { !doubted.isEmpty }

    /// A connection of an endpoint was made or lost; whether less may be usable for it.
    @discardableResult
    mutating func became(_ endpoint: Endpoint.Identity, _ id: SubchannelID, ready isReady: Bool) -> Bool {
        if isReady {
            ready[endpoint, default: []].insert(id)
            apart[endpoint] = nil
            return false
        }
        guard ready[endpoint]?.remove(id) != nil, ready[endpoint]?.isEmpty == true else { return false }
        ready[endpoint] = nil
        return doubted.contains(endpoint)
    }

    /// What may be used of `endpoints`. `isVerified`: their identity is proven whenever one is connected.
    mutating func usable(
        _ endpoints: [Endpoint], isVerified: Bool, at now: ContinuousClock.Instant
    ) -> [Endpoint] {
        doubted = Set(endpoints.lazy.filter { $0[EndpointStanding.self] != .listed }.map(\.identity))
        guard isInDoubt else {
            apart = [:]
            return endpoints
        }
        var stillApart: [Endpoint.Identity: ContinuousClock.Instant] = [:]
        let usable = endpoints.filter { endpoint in
            let identity = endpoint.identity
            let isReady = ready[identity] != nil
            switch endpoint[EndpointStanding.self] {
            case .listed: return true
            case .kept: return isReady
            case .unconfirmed:
                guard !isReady, !isVerified else { return true }
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
