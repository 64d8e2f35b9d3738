// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The config of a policy that keeps failing endpoints from another.
package protocol EjectionConfiguration: ContainerConfiguration {
    /// How configs name the policy.
    static var name: String { get }
    /// `nil` when it is demanded and not there.
    var child: LoadBalancing? { get }
    /// What gRPC's outlier detection does.
    var outliers: OutlierRules { get }
    /// Whether endpoints are ejected as soon as their calls fail; `nil`: if the policy inside is made for that.
    var ejectsFailing: Bool? { get }
    /// At most half of the endpoints are ejected, and there is panic.
    var isLenient: Bool { get }
    /// While fewer percent of the connections are usable, ejected ones are used.
    var panicThresholdPercent: Int { get }
}

extension EjectionConfiguration {
    package var panicThresholdPercent: Int { 50 }
    package var children: [LoadBalancing] { child.map { [$0] } ?? [] }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        try validateChildren(policies, as: choice, isBare: true, reading)
    }
}

/// `outlier_detection_experimental`: gRPC's fields and nothing else (gRFC A50).
package struct OutlierDetectionExperimentalConfiguration: EjectionConfiguration {
    package static let name = "outlier_detection_experimental"
    package var child: LoadBalancing?
    package var outliers = OutlierRules()
    package var ejectsFailing: Bool? { nil }
    package var isLenient: Bool { false }

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        outliers = try OutlierRules(reading: &fields)
        child = try fields.policy("childPolicy")
    }
}

/// `outlier_detection`: the same, and more.
package struct OutlierDetectionConfiguration: EjectionConfiguration {
    package static let name = "outlier_detection"
    package var child: LoadBalancing? = .roundRobin
    package var outliers = OutlierRules()
    package var ejectsFailing: Bool?
    package var panicThresholdPercent = 50
    package var isLenient: Bool { true }

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        outliers = try OutlierRules(reading: &fields)
        panicThresholdPercent = try fields.int("panicThresholdPercent", default: 50, in: 0...100)
        if fields.contains("ejectFailing") { ejectsFailing = try fields.bool("ejectFailing", default: true) }
        child = try fields.policy("childPolicy") ?? .roundRobin
    }
}

/// What is beneath policies that say `ejectsFailing`.
package struct FailingEjection: EjectionConfiguration {
    package static let name = "ejection"
    package var child: LoadBalancing?
    package var outliers: OutlierRules { OutlierRules() }
    package var ejectsFailing: Bool? { true }
    package var isLenient: Bool { true }

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {}

    static func around(_ choice: LoadBalancing) -> LoadBalancing {
        var configuration = FailingEjection()
        configuration.child = choice
        return LoadBalancing(policy: name, configuration: configuration)
    }
}
