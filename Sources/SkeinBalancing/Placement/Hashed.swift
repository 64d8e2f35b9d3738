// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// A policy that sends calls with equal keys to the same endpoint: `EndpointSharding` keeps the connections, `Table`
/// says where keys belong.
///
/// The table is made of all endpoints, ready or not, so that connections which come and go move no key but their own;
/// a key whose endpoint cannot take a call goes to the next in the table.
package struct Hashed<Table: Placement>: ShardingPolicy {
    package static var name: String { Table.name }

    private var configuration: Table.Configuration
    package var sharding = EndpointSharding()
    package var pace = PublicationPace()
    private var placement = HashPlacement<Table>()

    package init(_ configuration: Table.Configuration, seed: UInt64) { self.configuration = configuration }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        let outlook = sharding.update(update, &out)
        let isNew = placement.update(sharding, configuration, out)
        publish(isNew ? sharding.outlook : outlook, &out, atOnce: true)
    }

    package mutating func reconfigure(_ configuration: Table.Configuration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        placement.reset()
        _ = placement.update(sharding, configuration, out)
        publish(sharding.outlook, &out, atOnce: true)
    }

    package mutating func publish(
        _ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool
    ) {
        var outlook = outlook
        if case .ready = outlook, !placement.isPlaced { outlook = .failing(tooMany) }
        guard pace.publish(outlook, &out, atOnce: atOnce) != nil, let parts = placement.parts else { return }
        out.publish(.ready, Table.TablePicker(parts))
    }

    private var tooMany: RPCError {
        RPCError(
            .unavailable,
            "place calls among \(sharding.endpoints.count) endpoints: \(Table.name) takes at most "
                + "\(Table.mostEndpoints); use maglev")
    }
}
