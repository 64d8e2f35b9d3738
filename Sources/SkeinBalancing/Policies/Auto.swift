// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `auto`, for when nothing else is asked for: a call goes where it will probably end first.
///
/// Servers that report their load are compared by their reports while these are fresh, the others by what this channel
/// measured; one of each by what was measured of both. A call with a hash key goes where its key belongs, within the
/// bounds of the load. Where many clients are known to share many endpoints, it uses a subset of these.
package struct Auto: ShardingPolicy {
    package static let name = "auto"
    package static let ejectsFailing = true
    /// Beside that of `PublicationPace`.
    private static let subsetTimer = TimerID(1)

    private var configuration: AutoConfiguration
    package var sharding = EndpointSharding()
    package var pace = PublicationPace()
    private var pooled: PooledChoice
    private var members = SubsetMembers()
    /// This channel's own.
    private let seed: UInt64
    private let total = InFlightTotal()
    private var keyed: KeyedPlacement?
    private var revision: UInt64?

    package init(_ configuration: AutoConfiguration, seed: UInt64) {
        self.configuration = configuration
        self.seed = seed
        pooled = PooledChoice(.expectedDelay, hotShare: 0.9, configuration.probing, total: total)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        publish(choose(among: update, &out), &out, atOnce: true)
    }

    package mutating func reconfigure(_ configuration: AutoConfiguration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        pooled.reconfigure(configuration.probing)
        revision = nil
        let outlook = choose(among: nil, &out)
        publish(outlook ?? sharding.outlook, &out, atOnce: true)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        let identity = sharding.identity(of: id)
        publish(sharding.subchannel(id, became: state, &out), &out, atOnce: false)
        guard let identity else { return }
        if members.note(identity, state, at: out.now) { useMembers(&out) } else { scheduleSubset(&out) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard id == Auto.subsetTimer else { return paceTimerFired(&out) }
        if members.pass(to: out.now) { useMembers(&out) } else { scheduleSubset(&out) }
    }

    package func describe(_ account: inout PolicyAccount) {
        account.name(Self.name)
        sharding.describe(&account)
        members.describe(&account)
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
}

// MARK: subsets

extension Auto {
    /// - Parameter update: `nil`: the last one.
    private mutating func choose(
        among update: EndpointUpdate?, _ out: inout PolicyActions
    ) -> EndpointSharding.Outlook? {
        members.update(update, configuration, seed: seed)
        return shareOut(&out)
    }

    private mutating func shareOut(_ out: inout PolicyActions) -> EndpointSharding.Outlook? {
        scheduleSubset(&out)
        return members.endpoints.flatMap { sharding.update($0, &out) }
    }

    private mutating func useMembers(_ out: inout PolicyActions) {
        publish(shareOut(&out), &out, atOnce: true)
    }

    private func scheduleSubset(_ out: inout PolicyActions) { members.schedule(Auto.subsetTimer, &out) }
}

package struct AutoConfiguration: LoadBalancingConfiguration {
    package var probing = ProbingConfiguration()
    /// For calls with a key.
    package var hashing = HashingOptions(loadFactor: 1.25)
    /// How many clients share the endpoints, if that is known, and this one's number among them.
    package private(set) var clientCount: Int?
    package private(set) var clientOrdinal: Int?

    package init() {}

    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        probing = try ProbingConfiguration(reading: &fields)
        hashing = try HashingOptions(reading: &fields, header: "requestHashHeader")
        if hashing.loadFactor == nil { hashing.loadFactor = AutoConfiguration().hashing.loadFactor }
        (clientCount, clientOrdinal) = try fields.clients()
        if clientCount != nil, let header = hashing.header {
            throw fields.problem(
                "requestHashHeader is \(JSONValue.quoted(header)), with clientCount: expected one of them, since clients "
                    + "with different subsets cannot send calls with the same key to the same endpoint")
        }
    }
}

extension AutoConfiguration: SubsetRule {
    package var replacesFailing: Bool { true }

    /// All for calls with keys: clients with different subsets would send the same key to different endpoints.
    package func size(of endpoints: Int, clients: Int?) -> Int? {
        hashing.header == nil ? Subset.size(endpoints: endpoints, clients: clients) : nil
    }
}

struct AutoPicker: DirectPicker {
    let choice: PooledPicker
    let keyed: KeyedPlacement
    let header: String?

    var wantsReports: Bool { choice.wantsReports }

    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID {
        keyedChoice(call) ?? choice.destination(call, &remarks)
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
