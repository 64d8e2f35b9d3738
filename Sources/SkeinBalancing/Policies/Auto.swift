// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `auto`, for when nothing else is asked for: a call goes where it will probably end first.
///
/// Servers that report their load are compared by their reports while these are fresh, the others by what this channel
/// measured; one of each by what was measured of both. A call with a hash key goes where its key belongs, within the
/// bounds of the load.
package struct Auto: ShardingPolicy {
    package static let name = "auto"
    package static let ejectsFailing = true

    private var configuration: AutoConfiguration
    package var sharding = EndpointSharding()
    package var pace = PublicationPace()
    private var pooled: PooledChoice
    private let total = InFlightTotal()
    private var keyed: KeyedPlacement?
    private var revision: UInt64?

    package init(_ configuration: AutoConfiguration, seed: UInt64) {
        self.configuration = configuration
        pooled = Auto.pooled(configuration, total)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        publish(sharding.update(update, &out), &out, atOnce: true)
    }

    package mutating func reconfigure(_ configuration: AutoConfiguration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        pooled = Auto.pooled(configuration, total)
        revision = nil
        publish(sharding.outlook, &out, atOnce: true)
    }

    package mutating func publish(
        _ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool
    ) {
        guard let ready = pace.publish(outlook, &out, atOnce: atOnce) else { return }
        let choice = pooled.makePicker(over: ready)
        out.publish(.ready, AutoPicker(choice: choice, keyed: placement(out), header: configuration.hashing.header))
    }

    private mutating func placement(_ out: borrowing PolicyActions) -> KeyedPlacement {
        if let keyed, revision == sharding.revision { return keyed }
        revision = sharding.revision
        var endpoints: [ReadyEndpoint] = []
        for (id, endpoint) in sharding.endpoints {
            endpoints.append(ReadyEndpoint(id: id, load: out.load(of: id, at: endpoint)))
        }
        let next = KeyedPlacement(endpoints, configuration.hashing, total: total)
        if keyed?.isUsed == true { next.make() }
        keyed = next
        return next
    }

    private static func pooled(_ configuration: AutoConfiguration, _ total: InFlightTotal) -> PooledChoice {
        let probing = configuration.probing
        return PooledChoice(.expectedDelay, hotShare: probing.hotQuantile ?? 0.9, probing, total: total)
    }
}

package struct AutoConfiguration: LoadBalancingConfiguration {
    package var probing = ProbingConfiguration()
    /// For calls with a key.
    package var hashing = HashingOptions(loadFactor: 1.25)

    package init() {}

    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        probing = try ProbingConfiguration(reading: &fields)
        hashing = try HashingOptions(reading: &fields, header: "requestHashHeader")
        if hashing.loadFactor == nil { hashing.loadFactor = AutoConfiguration().hashing.loadFactor }
    }
}

struct AutoPicker: Picker {
    let choice: PooledPicker
    let keyed: KeyedPlacement
    let header: String?

    var wantsReports: Bool { true }

    func pick(_ call: borrowing PickContext) -> PickResult {
        if let id = keyedChoice(call) { return .subchannel(id) }
        return choice.pick(call)
    }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        guard let id = keyedChoice(call) else { return choice.candidates(call) }
        return [PickCandidate(id, reason: "where the key belongs")]
    }

    private func keyedChoice(_ call: borrowing PickContext) -> SubchannelID? {
        guard call.hash != nil || header.map({ call.metadata($0) != nil }) == true else { return nil }
        return keyed.pick(call)
    }
}
