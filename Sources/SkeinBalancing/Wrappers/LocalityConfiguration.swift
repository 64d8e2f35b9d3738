// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `locality`: calls stay in the client's zone as far as the servers there are enough for the clients there; the rest
/// goes to the zones that have more than their clients need.
///
/// The zone's servers are enough if their share of all ready servers is at least the share of all clients that are in
/// the zone. With few endpoints, with none in the zone, and while fewer than half are ready, zones do not count.
package struct LocalityConfiguration: PartitionConfiguration {
    package static let name = "locality"
    /// The client's; empty: unknown.
    package var zone = ""
    /// Which part of all clients is in the zone; `nil`: in each the same.
    package var clientShare: Double?
    /// With fewer endpoints zones do not count.
    package var minSize = 6
    package var child: LoadBalancing = .roundRobin

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        zone = try fields.string("zone", default: "")
        if fields.contains("clientShare") { clientShare = try fields.double("clientShare", default: 1, in: 0...1) }
        minSize = try fields.int("minSize", default: minSize, in: 1...Int(UInt32.max))
        child = try fields.policy("childPolicy") ?? .roundRobin
    }

    package var children: [LoadBalancing] { [child] }

    package func targets(_ names: [String]) -> [PartitionTarget] {
        names.map { PartitionTarget(name: $0, child: child) }
    }

    package func shares(of parts: [PartitionPart]) -> [Double] {
        let ready = parts.map(\.readyWeight)
        let all = ready.reduce(0, +)
        let endpoints = parts.reduce(0) { $0 + $1.endpoints }
        let connected = parts.reduce(0) { $0 + $1.readySubchannels.count }
        guard parts.count > 1, all > 0, endpoints >= minSize, 2 * connected >= endpoints,
            let own = parts.firstIndex(where: { $0.name == zone })
        else { return ready }
        let clients = clientShare ?? 1 / Double(parts.count)
        let servers = ready[own] / all
        let stay = servers >= clients ? 1 : servers / clients
        guard stay < 1 else { return parts.indices.map { $0 == own ? 1 : 0 } }
        // What a zone has over its own clients' need, who are as many in each of the others.
        let others = (1 - clients) / Double(parts.count - 1)
        var spare = parts.indices.map { $0 == own ? 0 : max(0, ready[$0] / all - others) }
        if spare.allSatisfy({ $0 == 0 }) { spare = parts.indices.map { $0 == own ? 0 : ready[$0] } }
        let sum = spare.reduce(0, +)
        guard sum > 0 else { return ready }
        return parts.indices.map { $0 == own ? stay : (1 - stay) * spare[$0] / sum }
    }
}
