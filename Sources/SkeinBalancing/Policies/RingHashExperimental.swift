// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `ring_hash_experimental`: gRPC's ring hash, point for point (gRFC A42, A61, A76).
///
/// An endpoint is connected when a call needs it. A call with a key waits for the first endpoint from its key on that
/// does not fail; one without goes to the first that is ready, and has at most one more connected on the way. While
/// nothing is ready and something has failed, one endpoint after the other is tried, calls or not.
package struct RingHashExperimental: LoadBalancingPolicy {
    package static let name = "ring_hash_experimental"

    private struct Member {
        var endpoint: Endpoint
        var state = RingStates.State.idle
        /// Its number on the ring; numbers follow the order of the keys.
        var number = 0
    }

    private var configuration: RingHashExperimentalConfiguration
    private var members: [SubchannelID: Member] = [:]
    private var known: [Endpoint.Identity: SubchannelID] = [:]
    /// By number.
    private var ids: [SubchannelID] = []
    private var placed: [PlacedEndpoint] = []
    private var ring: HashRing?
    private var states = RingStates(count: 0)
    /// From where on to look for the next endpoint to try.
    private var cursor = 0
    private var lastError = RPCError(.unavailable, "pick an endpoint: the resolver has not answered")

    package init(_ configuration: RingHashExperimentalConfiguration, seed: UInt64) {
        self.configuration = configuration
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        var gone = known
        for endpoint in update.endpoints {
            let identity = endpoint.identity
            if let id = known[identity] {
                if gone.removeValue(forKey: identity) != nil { members[id]?.endpoint = endpoint }
            } else {
                let id = out.createSubchannel(for: endpoint)
                out.setReady(id, false)
                known[identity] = id
                members[id] = Member(endpoint: endpoint)
            }
        }
        for (identity, id) in gone.sorted(by: { $0.value.slot < $1.value.slot }) {
            known[identity] = nil
            members[id] = nil
            out.setReady(id, false)
            out.shutDown(id)
        }
        if members.isEmpty { lastError = update.emptyError }
        place()
        publish(&out)
    }

    package mutating func reconfigure(
        _ configuration: RingHashExperimentalConfiguration, _ out: inout PolicyActions
    ) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        ring = nil
        guard !members.isEmpty else { return }
        place()
        publish(&out)
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        guard members.isEmpty else { return }
        lastError = error
        publish(&out)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        guard let member = members[id] else { return }
        switch (state, member.state) {
        case (.shutdown, _), (.connecting, .failing), (.connecting, .ready): return
        case (.connecting, _): set(id, .connecting)
        case (.ready, _):
            set(id, .ready)
            out.setReady(id, true)
        // It goes on failing until it is ready.
        case (.idle, .failing): return out.connect(id)
        case (.idle, let old):
            set(id, .idle)
            out.setReady(id, false)
            if old == .ready { out.requestResolution() }
        case (.transientFailure(let error), _):
            set(id, .failing)
            out.setReady(id, false)
            lastError = error
            out.requestResolution()
        }
        publish(&out)
    }
}

extension RingHashExperimental {
    private mutating func set(_ id: SubchannelID, _ state: RingStates.State) {
        guard let member = members[id] else { return }
        members[id]?.state = state
        states.set(member.number, state)
    }

    /// Numbers the endpoints by their keys, and makes a new ring if those or the weights are others.
    private mutating func place() {
        let sorted = members.map { (key: $0.value.endpoint.ringKey, id: $0.key) }
            .sorted { ($0.key, $0.id.slot) < ($1.key, $1.id.slot) }
        ids = sorted.map(\.id)
        states = RingStates(count: ids.count)
        for (number, id) in ids.enumerated() {
            members[id]?.number = number
            states.set(number, members[id]?.state ?? .idle)
        }
        let endpoints = sorted.map { PlacedEndpoint(key: $0.key, weight: max(members[$0.id]?.endpoint.weight ?? 1, 1)) }
        guard endpoints != placed || ring == nil, !endpoints.isEmpty else { return }
        placed = endpoints
        ring = HashRing(
            endpoints, .total(least: configuration.sizes.minimum, most: configuration.sizes.maximum))
    }

    private mutating func publish(_ out: inout PolicyActions) {
        guard let ring, !ids.isEmpty else {
            return out.publish(.transientFailure(lastError), FailingPicker(lastError))
        }
        connectOneIfNeeded(&out)
        out.publish(
            state, RingPicker(ring: ring, ids: ids, states: states, header: configuration.header, error: failure))
    }

    private var state: ConnectivityState {
        if states.count(.ready) > 0 { return .ready }
        if states.count(.failing) > 1 { return .transientFailure(failure) }
        if states.count(.connecting) > 0 { return .connecting }
        if states.count(.failing) == 1, ids.count > 1 { return .connecting }
        return states.count(.idle) > 0 ? .idle : .transientFailure(failure)
    }

    private mutating func connectOneIfNeeded(_ out: inout PolicyActions) {
        guard states.count(.ready) == 0, states.count(.failing) > 0, states.count(.connecting) == 0,
            states.count(.idle) > 0
        else { return }
        for step in ids.indices {
            let number = (cursor + step) % ids.count
            guard states.state(number) == .idle else { continue }
            cursor = number + 1
            set(ids[number], .connecting)
            return out.connect(ids[number])
        }
    }

    private var failure: RPCError {
        guard ids.count > 1 else { return lastError }
        return RPCError(
            .unavailable,
            "reach any of \(ids.count) endpoints, \(states.count(.failing)) of which fail; the last with: "
                + lastError.message, cause: lastError)
    }
}

/// gRPC's fields, and its defaults.
package struct RingHashExperimentalConfiguration: LoadBalancingConfiguration {
    package var sizes = RingSizes.standard
    package var header: String?

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        sizes = try RingSizes(reading: &fields)
        header = try fields.hashHeader("requestHashHeader")
    }
}
