// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What the lab prints of results.
package enum LabReport {
    /// A row for each result and step of its load.
    package static func table(_ results: [LabResult]) -> String {
        var table = MarkdownTable([
            "policy", "load", "p50", "p90", "p99", "p99.9", "mean", "errors %", "failed %", "timeouts %", "in flight",
            "most", "max/mean", "util cv", "probes/call",
        ])
        for result in results {
            for step in result.steps {
                let share = 100 / Double(max(1, step.calls))
                table.add([
                    result.policy, decimal(step.load, 2), milliseconds(step.latencies.quantile(0.5)),
                    milliseconds(step.latencies.quantile(0.9)), milliseconds(step.latencies.quantile(0.99)),
                    milliseconds(step.latencies.quantile(0.999)), milliseconds(step.latencies.mean),
                    decimal(step.errorShare * 100, 2), decimal(step.failureShare * 100, 2),
                    decimal(Double(step.timeouts) * share, 2), decimal(step.inFlight.mean, 1),
                    "\(step.mostInFlight)", decimal(result.imbalance, 2), decimal(result.utilisationVariation, 2),
                    decimal(step.probesPerCall, 2),
                ])
            }
        }
        return table.text
    }

    static func milliseconds(_ seconds: Double) -> String {
        let value = seconds * 1000
        return decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)
    }

    static func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
