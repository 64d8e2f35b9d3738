// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The config of `weighted_round_robin`, gRPC's own (gRFC A58, A114). All of it is about load reports.
package struct WeightedRoundRobinConfiguration: LoadBalancingConfiguration {
    package var enableOobLoadReport = false
    package var oobReportingPeriod = Duration.seconds(10)
    package var blackoutPeriod = Duration.seconds(10)
    package var weightExpirationPeriod = Duration.seconds(180)
    package var weightUpdatePeriod = Duration.seconds(1)
    package var errorUtilizationPenalty = 1.0
    package var metricNamesForComputingUtilization: [String] = []

    /// The longest duration in protobuf's JSON.
    private static let longest = Duration.seconds(315_576_000_000)
    /// Updates of the weights more often than this are slowed down to it.
    private static let shortestUpdatePeriod = Duration.milliseconds(100)

    package init() {}

    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        let defaults = WeightedRoundRobinConfiguration()
        let range = Duration.zero...WeightedRoundRobinConfiguration.longest
        enableOobLoadReport = try fields.bool("enableOobLoadReport", default: false)
        oobReportingPeriod = try fields.duration("oobReportingPeriod", default: defaults.oobReportingPeriod, in: range)
        blackoutPeriod = try fields.duration("blackoutPeriod", default: defaults.blackoutPeriod, in: range)
        weightExpirationPeriod = try fields.duration(
            "weightExpirationPeriod", default: defaults.weightExpirationPeriod, in: range)
        let period = try fields.duration("weightUpdatePeriod", default: defaults.weightUpdatePeriod, in: range)
        weightUpdatePeriod = max(period, WeightedRoundRobinConfiguration.shortestUpdatePeriod)
        errorUtilizationPenalty = try fields.double(
            "errorUtilizationPenalty", default: 1, in: 0...Double.greatestFiniteMagnitude)
        metricNamesForComputingUtilization = try fields.strings("metricNamesForComputingUtilization")
    }
}
