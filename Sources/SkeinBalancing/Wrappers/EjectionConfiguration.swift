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
    /// At most half of the endpoints are ejected, and none while fewer than half are usable.
    var isLenient: Bool { get }
}

extension EjectionConfiguration {
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
    package var isLenient: Bool { true }

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        outliers = try OutlierRules(reading: &fields)
        if fields.contains("ejectFailing") { ejectsFailing = try fields.bool("ejectFailing", default: true) }
        child = try fields.policy("childPolicy") ?? .roundRobin
    }
}

extension OutlierDetectionConfiguration {
    /// All there is, with its defaults.
    init(over child: LoadBalancing, interval: Duration) {
        self.child = child
        outliers.interval = interval
        outliers.successRate = .init()
        outliers.failurePercentage = .init()
        ejectsFailing = true
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
