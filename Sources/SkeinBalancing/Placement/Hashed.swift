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
        placement = HashPlacement()
        _ = placement.update(sharding, configuration, out)
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

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        sharding.describe(&account)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        if pace.timerFired() { publish(sharding.outlook, &out, atOnce: true) }
    }

    private mutating func publish(
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
