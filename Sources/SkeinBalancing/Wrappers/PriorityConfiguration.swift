// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The config of a policy with parts of different importance.
package protocol PriorityConfiguration: ContainerConfiguration {
    /// How configs name the policy.
    static var name: String { get }
    /// What calls fail with when there is no part.
    static var noPriorities: RPCError { get }
    /// How long a part may take to connect before the next is tried.
    var failoverTime: Duration { get }

    /// The most important first, when there are endpoints of these priorities.
    func priorities(_ used: [UInt8]) -> [PriorityTarget]

    /// Where an endpoint of that priority belongs; `nil`: nowhere.
    func name(of priority: UInt8) -> String?
}

extension PriorityConfiguration {
    package static var noPriorities: RPCError { RPCError(.unavailable, "priority policy has empty priority list") }
}

package struct PriorityTarget: Sendable, Hashable {
    let name: String
    let child: LoadBalancing
    /// Whether the resolver is asked when it asks for that.
    var asksResolver = true

    static func read(_ fields: inout ConfigFields) throws(ConfigurationError) -> [PriorityTarget] {
        var children: [String: PriorityTarget] = [:]
        for (name, nested) in try fields.map("children") {
            var nested = nested
            guard let child = try nested.policy("config") else {
                throw nested.problem("config is missing: expected a list of policies")
            }
            let asks = try !nested.bool("ignoreReresolutionRequests", default: false)
            children[name] = PriorityTarget(name: name, child: child, asksResolver: asks)
        }
        var targets: [PriorityTarget] = []
        for (index, name) in try fields.strings("priorities").enumerated() {
            guard let child = children[name], !targets.contains(child) else {
                let expected = children.keys.sorted().joined(separator: ", ")
                throw fields.problem(
                    "priorities[\(index)] is \"\(name)\": expected one of the children, each once: \(expected)")
            }
            targets.append(child)
        }
        return targets
    }
}

/// `priority_experimental`: gRPC's (gRFC A56).
package struct PriorityExperimentalConfiguration: PriorityConfiguration {
    package static let name = "priority_experimental"
    package var failoverTime: Duration { .seconds(10) }
    private var targets: [PriorityTarget] = []
    private var isGiven = false

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        targets = try PriorityTarget.read(&fields)
        isGiven = true
    }

    package var children: [LoadBalancing] { targets.map(\.child) }
    package func priorities(_ used: [UInt8]) -> [PriorityTarget] { targets }
    package func name(of priority: UInt8) -> String? {
        targets.indices.contains(Int(priority)) ? targets[Int(priority)].name : nil
    }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        guard isGiven else { throw choice.problem("priorities is missing: expected a list of the names of children") }
        // An empty list is valid: calls fail.
        if !targets.isEmpty { try validateChildren(policies, as: choice, reading) }
    }
}

/// `priority`: the same; without children, one for each priority that endpoints have.
package struct EndpointPriorityConfiguration: PriorityConfiguration {
    package static let name = "priority"
    package var failoverTime = Duration.seconds(10)
    private var targets: [PriorityTarget] = []
    private var child: LoadBalancing = .roundRobin

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        targets = try PriorityTarget.read(&fields)
        child = try fields.policy("childPolicy") ?? .roundRobin
        failoverTime = try fields.duration(
            "failoverTime", default: failoverTime, in: .milliseconds(1)...(.seconds(86_400)))
    }

    package var children: [LoadBalancing] { targets.map(\.child) + [child] }

    package func priorities(_ used: [UInt8]) -> [PriorityTarget] {
        targets.isEmpty ? used.map { PriorityTarget(name: "\($0)", child: child) } : targets
    }

    package func name(of priority: UInt8) -> String? {
        guard !targets.isEmpty else { return "\(priority)" }
        return targets.indices.contains(Int(priority)) ? targets[Int(priority)].name : nil
    }
}
