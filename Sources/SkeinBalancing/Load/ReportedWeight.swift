// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The weight of one endpoint by what its server reports (gRFC A58): requests a second for each part of its utilisation,
/// so that all come to be utilised alike.
struct ReportedWeight: Sendable, Hashable {
    private var current = 0.0
    /// Of the last report that gave a weight.
    private var updated: PickTime?
    /// Since when there has been one without a break.
    private var known: PickTime?

    /// Takes a report; one that has come before changes nothing.
    mutating func note(_ report: LoadReport, at time: PickTime, _ configuration: WeightedRoundRobinConfiguration) {
        guard time != updated else { return }
        let weight = report.weight(configuration)
        guard weight > 0 else { return }
        current = weight
        updated = time
        known = known ?? time
    }

    /// `nil` when there was no report for a while, or not for long enough: the first ones of a server that has just
    /// started say little.
    mutating func weight(at now: PickTime, _ configuration: WeightedRoundRobinConfiguration) -> Double? {
        guard let updated, let known else { return nil }
        guard now.seconds(since: updated) < configuration.weightExpirationPeriod.seconds else {
            self.known = nil
            self.updated = nil
            return nil
        }
        return now.seconds(since: known) < configuration.blackoutPeriod.seconds ? nil : current
    }

    /// The endpoint is ready again: perhaps another process.
    mutating func restart() { known = nil }
}

extension LoadReport {
    /// 0 when the report does not say enough.
    fileprivate func weight(_ configuration: WeightedRoundRobinConfiguration) -> Double {
        let chosen = configuration.metricNamesForComputingUtilization.compactMap { value(of: $0) }.filter { $0 > 0 }
        let utilization =
            chosen.max() ?? (applicationUtilization > 0 ? applicationUtilization : cpuUtilization)
        guard requestsPerSecond > 0, utilization > 0 else { return 0 }
        let penalty = max(0, errorsPerSecond) / requestsPerSecond * configuration.errorUtilizationPenalty
        let weight = requestsPerSecond / (utilization + penalty)
        return weight.isFinite ? weight : 0
    }

    /// A metric by the name that configs use (gRFC A114).
    private func value(of name: String) -> Double? {
        switch name {
        case "application_utilization": applicationUtilization
        case "cpu_utilization": cpuUtilization
        case "mem_utilization": memoryUtilization
        default:
            if let key = name.suffix(after: "named_metrics.") {
                named[key]
            } else if let key = name.suffix(after: "utilization.") {
                utilization[key]
            } else {
                nil
            }
        }
    }
}

extension String {
    fileprivate func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}

extension Duration {
    /// In seconds.
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
