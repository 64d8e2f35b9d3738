// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The config of a policy that uses a part of the endpoints.
package protocol SubsetConfiguration: ContainerConfiguration, SubsetRule {
    /// How configs name the policy.
    static var name: String { get }
    /// `nil` when it is demanded and not there.
    var child: LoadBalancing? { get }
}

extension SubsetConfiguration {
    package var children: [LoadBalancing] { child.map { [$0] } ?? [] }
}

/// `random_subsetting_experimental`: gRPC's (gRFC A68).
package struct RandomSubsettingConfiguration: SubsetConfiguration {
    package static let name = "random_subsetting_experimental"
    package var child: LoadBalancing?
    package var replacesFailing: Bool { false }
    package var clientOrdinal: Int? { nil }
    package var clientCount: Int? { nil }
    private var subsetSize: Int?

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        subsetSize = try fields.int("subsetSize", required: 1...Int(UInt32.max))
        child = try fields.policy("childPolicy")
    }

    package func size(of endpoints: Int, clients: Int?) -> Int? { subsetSize }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        guard subsetSize != nil else { throw choice.problem("subsetSize is missing: expected a number above 0") }
        try validateChildren(policies, as: choice, reading)
    }
}

/// `subsetting`: the same, with places that all clients agree on when each knows its number.
package struct SubsettingConfiguration: SubsetConfiguration {
    package static let name = "subsetting"
    package var child: LoadBalancing? = .roundRobin
    package var replacesFailing: Bool { true }
    private var subsetSize: Int?
    package private(set) var clientOrdinal: Int?
    package private(set) var clientCount: Int?

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        if fields.contains("subsetSize") { subsetSize = try fields.int("subsetSize", required: 1...Int(UInt32.max)) }
        (clientCount, clientOrdinal) = try fields.clients()
        child = try fields.policy("childPolicy") ?? .roundRobin
    }

    /// By the number of clients where no size is given; else 20 of more than 50.
    package func size(of endpoints: Int, clients: Int?) -> Int? {
        if let subsetSize { return subsetSize }
        return Subset.size(endpoints: endpoints, clients: clients ?? endpoints)
    }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        try validateChildren(policies, as: choice, reading)
        for child in children where try policies.contains(child, where: { $0 is any KeyPlacing.Type }) {
            throw choice.problem(
                "childPolicy is \(child.policy), which sends calls with the same key to the same of all endpoints: "
                    + "expected a policy without keys")
        }
    }
}

extension ConfigFields {
    /// How many clients there are, and this one's number; each only if given.
    mutating func clients() throws(ConfigurationError) -> (count: Int?, ordinal: Int?) {
        var (count, ordinal): (Int?, Int?)
        if contains("clientCount") { count = try int("clientCount", required: 1...Int(UInt32.max)) }
        if contains("clientOrdinal") {
            ordinal = try int("clientOrdinal", required: 0...(count ?? Int(UInt32.max) + 1) - 1)
        }
        return (count, ordinal)
    }
}

/// A policy that sends calls with the same key to the same endpoint, which clients with different endpoints cannot.
package protocol KeyPlacing {}

extension Hashed: KeyPlacing {}
extension RingHashExperimental: KeyPlacing {}
