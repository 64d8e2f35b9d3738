// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Endpoints, ready or not, placed in a table.
struct PlacedTable<Table: Placement>: Sendable {
    private typealias Keyed = (key: String, endpoint: ReadyEndpoint)

    private let placed: [PlacedEndpoint]
    private let table: Table
    private let members: HashMembers
    private let hashing: HashingOptions

    /// - Parameters:
    ///   - all: of weight 0 only when all are.
    ///   - total: what is in flight on all of them; there when loads are bounded.
    ///   - before: its table is used again when it would be the same.
    /// - Returns: `nil` when there is no endpoint, or there are too many.
    init?(
        _ all: [ReadyEndpoint], _ configuration: Table.Configuration, total: InFlightTotal?,
        before: PlacedTable? = nil
    ) {
        let weighted = all.weighted
        guard !weighted.isEmpty, weighted.count <= Table.mostEndpoints else { return nil }
        let sorted = PlacedTable.sortedByKey(weighted, configuration)
        placed = sorted.map { PlacedEndpoint(key: $0.key, weight: max($0.endpoint.endpoint.weight, 1)) }
        table = before.flatMap { [placed] in $0.placed == placed ? $0.table : nil } ?? Table(placed, configuration)
        members = HashMembers(
            sorted.map(\.endpoint.id), weights: placed.map(\.weight), loads: sorted.map(\.endpoint.load), total: total,
            configuration.hashing)
        hashing = configuration.hashing
    }

    /// What a picker needs, over the endpoints that are ready now.
    var parts: HashPickerParts<Table> {
        HashPickerParts(table: table, members: members, hashing: hashing, ready: members.takeReady())
    }

    private static func sortedByKey(_ all: [ReadyEndpoint], _ configuration: Table.Configuration) -> [Keyed] {
        var sorted: [Keyed] = all.map { (Table.key(of: $0.endpoint, configuration), $0) }
        sorted.sort { ($0.key, identity($0)) < ($1.key, identity($1)) }
        // Two endpoints with one key would share its places, and one of them would starve.
        var last: String?
        for index in sorted.indices {
            let key = sorted[index].key
            if key == last { sorted[index].key += "|\(identity(sorted[index]))" }
            last = key
        }
        return sorted
    }

    private static func identity(_ keyed: Keyed) -> String { keyed.endpoint.endpoint.identity.description }
}
