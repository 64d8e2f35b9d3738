// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What gRPC's outlier detection ejects, and for how long (gRFC A50).
package struct OutlierRules: Sendable, Hashable {
    /// Endpoints that succeed far less often than the others do.
    struct SuccessRate: Sendable, Hashable {
        /// How many thousandths of the standard deviation below the mean.
        var stdevFactor = 1900
        var sample = Sample(requestVolume: 100)
    }

    /// Endpoints that fail more often than a share, whatever the others do.
    struct FailurePercentage: Sendable, Hashable {
        var threshold = 85
        var sample = Sample(requestVolume: 50)
    }

    /// Which endpoints are looked at, and what comes of it.
    struct Sample: Sendable, Hashable {
        /// How likely an endpoint that was found is ejected.
        var enforcementPercentage = 100
        /// At least so many endpoints with `requestVolume` calls in an interval.
        var minimumHosts = 5
        var requestVolume: Int
    }

    var interval = Duration.seconds(10)
    var baseEjectionTime = Duration.seconds(30)
    var maxEjectionTime = Duration.seconds(300)
    var maxEjectionPercent = 10
    /// `nil`: not looked at.
    var successRate: SuccessRate?
    var failurePercentage: FailurePercentage?

    var isOn: Bool { successRate != nil || failurePercentage != nil }

    /// How long an endpoint is ejected for the `multiplier`th time.
    func ejectionTime(_ multiplier: Int) -> Duration {
        min(baseEjectionTime * multiplier, max(baseEjectionTime, maxEjectionTime))
    }
}

// MARK: reading

extension OutlierRules {
    /// The longest duration in protobuf's JSON.
    private static let durations = Duration.zero...Duration.seconds(315_576_000_000)
    private static let counts = 0...Int(UInt32.max)
    private static let shortestInterval = Duration.milliseconds(10)

    init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        interval = max(
            try fields.duration("interval", default: interval, in: OutlierRules.durations),
            OutlierRules.shortestInterval)
        baseEjectionTime = try fields.duration(
            "baseEjectionTime", default: baseEjectionTime, in: OutlierRules.durations)
        maxEjectionTime = try fields.duration("maxEjectionTime", default: maxEjectionTime, in: OutlierRules.durations)
        maxEjectionPercent = try fields.int("maxEjectionPercent", default: maxEjectionPercent, in: 0...100)
        if var nested = try fields.object("successRateEjection") {
            var rule = SuccessRate()
            rule.stdevFactor = try nested.int("stdevFactor", default: rule.stdevFactor, in: OutlierRules.counts)
            try rule.sample.read(&nested)
            successRate = rule
        }
        if var nested = try fields.object("failurePercentageEjection") {
            var rule = FailurePercentage()
            rule.threshold = try nested.int("threshold", default: rule.threshold, in: 0...100)
            try rule.sample.read(&nested)
            failurePercentage = rule
        }
    }
}

extension OutlierRules.Sample {
    fileprivate mutating func read(_ fields: inout ConfigFields) throws(ConfigurationError) {
        let counts = 0...Int(UInt32.max)
        enforcementPercentage = try fields.int("enforcementPercentage", default: enforcementPercentage, in: 0...100)
        minimumHosts = try fields.int("minimumHosts", default: minimumHosts, in: counts)
        requestVolume = try fields.int("requestVolume", default: requestVolume, in: counts)
    }
}
