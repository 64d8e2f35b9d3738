// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The placement of a policy that hashes, made anew when its endpoints are others; not when their connections are.
struct HashPlacement<Table: Placement>: Sendable {
    private let total = InFlightTotal()
    /// What it was made of.
    private var revision: UInt64?
    private var current: PlacedTable<Table>?

    /// Whether there are endpoints, and not too many.
    var isPlaced: Bool { current != nil }

    /// What a picker needs, over the endpoints that are ready now.
    var parts: HashPickerParts<Table>? { current?.parts }

    /// All is placed anew by the next `update`; what is in flight counts on.
    mutating func reset() { (revision, current) = (nil, nil) }

    /// Takes the endpoints there are now; whether they changed.
    mutating func update(
        _ sharding: EndpointSharding, _ configuration: Table.Configuration, _ out: borrowing PolicyActions
    ) -> Bool {
        guard revision != sharding.revision else { return false }
        revision = sharding.revision
        let isBounded = configuration.hashing.loadFactor != nil
        var endpoints: [ReadyEndpoint] = []
        for (id, endpoint) in sharding.endpoints {
            let load = out.load(of: id, at: endpoint)
            if isBounded { load.watch(by: total, at: id.slot) }
            endpoints.append(ReadyEndpoint(id: id, load: load))
        }
        current = PlacedTable(endpoints, configuration, total: isBounded ? total : nil, before: current)
        return true
    }
}
