// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A policy that sends calls with equal keys to the same endpoint: `EndpointSharding` keeps the connections, `Table`
/// says where keys belong.
///
/// The table is made of all endpoints, ready or not, so that connections which come and go move no key but their own;
/// a key whose endpoint cannot take a call goes to the next in the table.
package struct Hashed<Table: Placement>: LoadBalancingPolicy {
    package static var name: String { Table.name }

    private var configuration: Table.Configuration
    private var sharding = EndpointSharding()
    private var pace = PublicationPace()
    private let total = InFlightTotal()
    /// What the table was made of.
    private var revision: UInt64?
    private var placed: [PlacedEndpoint] = []
    private var table: Table?
    private var members: HashMembers?

    package init(_ configuration: Table.Configuration, seed: UInt64) { self.configuration = configuration }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        let outlook = sharding.update(update, &out)
        let isNew = revision != sharding.revision
        if isNew { place(out) }
        publish(isNew ? sharding.outlook : outlook, &out, atOnce: true)
    }

    package mutating func reconfigure(_ configuration: Table.Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        (placed, table) = ([], nil)
        if revision != nil { place(out) }
        publish(sharding.outlook, &out, atOnce: true)
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        publish(sharding.resolutionFailed(error), &out, atOnce: true)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        publish(sharding.subchannel(id, became: state, &out), &out, atOnce: false)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        if pace.timerFired() { publish(sharding.outlook, &out, atOnce: true) }
    }

    private mutating func publish(
        _ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool
    ) {
        switch outlook {
        case .ready(let endpoints):
            guard let table, let members else { return fail(&out) }
            guard pace.isDue(endpoints.count, atOnce, &out) else { return }
            let parts = HashPickerParts(
                table: table, members: members, hashing: configuration.hashing, ready: members.takeReady())
            out.publish(.ready, Table.TablePicker(parts))
        case .connecting:
            pace.reset()
            out.publish(.connecting, QueueingPicker())
        case .failing(let error):
            pace.reset()
            out.publish(.transientFailure(error), FailingPicker(error))
        case nil: break
        }
    }

    /// There are too many endpoints.
    private mutating func fail(_ out: inout PolicyActions) {
        pace.reset()
        let count = sharding.endpoints.count
        let error = RPCError(
            .unavailable,
            "place calls among \(count) endpoints: \(Table.name) takes at most \(Table.mostEndpoints); use maglev")
        out.publish(.transientFailure(error), FailingPicker(error))
    }
}

// MARK: the table

extension Hashed {
    /// Numbers the endpoints by their keys, and makes a new table if those or the weights are others.
    private mutating func place(_ out: borrowing PolicyActions) {
        revision = sharding.revision
        let all = sharding.endpoints
        let weighted = all.contains { $0.endpoint.weight > 0 } ? all.filter { $0.endpoint.weight > 0 } : all
        guard !weighted.isEmpty, weighted.count <= Table.mostEndpoints else {
            (placed, table, members) = ([], nil, nil)
            return
        }
        let sorted = sortedByKey(weighted)
        let endpoints = sorted.map { PlacedEndpoint(key: $0.key, weight: max($0.endpoint.weight, 1)) }
        if endpoints != placed || table == nil {
            placed = endpoints
            table = Table(endpoints, configuration)
        }
        let loads = sorted.map { out.load(of: $0.id, at: $0.endpoint) }
        let isBounded = configuration.hashing.loadFactor != nil
        if isBounded { for (number, load) in loads.enumerated() { load.watch(by: total, at: UInt32(number)) } }
        members = HashMembers(
            sorted.map(\.id), weights: endpoints.map(\.weight), loads: loads, total: isBounded ? total : nil,
            configuration.hashing)
    }

    private func sortedByKey(
        _ all: [(id: SubchannelID, endpoint: Endpoint)]
    ) -> [(key: String, id: SubchannelID, endpoint: Endpoint)] {
        var sorted = all.map { (key: Table.key(of: $0.endpoint, configuration), id: $0.id, endpoint: $0.endpoint) }
        sorted.sort { ($0.key, $0.endpoint.identity.description) < ($1.key, $1.endpoint.identity.description) }
        // Two endpoints with one key would share its places, and one of them would starve.
        var last: String?
        for index in sorted.indices {
            let key = sorted[index].key
            if key == last { sorted[index].key += "|\(sorted[index].endpoint.identity)" }
            last = key
        }
        return sorted
    }
}
