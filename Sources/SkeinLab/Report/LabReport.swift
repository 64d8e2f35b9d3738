// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What the lab says of results: for people, and for programs.
package enum LabReport {
    /// A row for each policy and step of the load. Percentiles are means over the seeds, in milliseconds.
    package static func table(_ all: [LabRuns]) -> String {
        var table = MarkdownTable([
            "policy", "load", "p50", "p90", "p99", "±", "p99.9", "mean", "failed %", "timeouts %", "in flight", "most",
            "max/mean", "use cv", "probes/call",
        ])
        for runs in all {
            for (index, step) in runs.whole.steps.enumerated() {
                func quantile(_ share: Double) -> (mean: Double, error: Double) {
                    runs.mean { $0.steps[index].latencies.quantile(share) }
                }
                let share = 100 / Double(max(1, step.calls))
                table.add([
                    runs.policy, decimal(step.load, 2), milliseconds(quantile(0.5).mean),
                    milliseconds(quantile(0.9).mean), milliseconds(quantile(0.99).mean),
                    milliseconds(quantile(0.99).error), milliseconds(quantile(0.999).mean),
                    milliseconds(step.latencies.mean), decimal(Double(step.failures + step.unsent) * share, 2),
                    decimal(Double(step.timeouts) * share, 2), decimal(step.inFlight.mean, 1),
                    "\(step.mostInFlight)", decimal(runs.mean(of: \.imbalance).mean, 2),
                    decimal(runs.mean(of: \.utilisationVariation).mean, 2), decimal(step.probesPerCall, 2),
                ])
            }
        }
        return table.text
    }

    /// One line for each policy and step of the load: an object with times in seconds.
    package static func jsonLines(_ all: [LabRuns], scenario: Scenario) -> String {
        var lines: [String] = []
        for runs in all {
            for (index, step) in runs.whole.steps.enumerated() {
                var fields = [
                    "\"scenario\":\(quoted(scenario.name))", "\"policy\":\(quoted(runs.policy))",
                    "\"load\":\(step.load)", "\"seeds\":\(runs.runs.count)", "\"calls\":\(step.calls)",
                    "\"failures\":\(step.failures)", "\"timeouts\":\(step.timeouts)", "\"unsent\":\(step.unsent)",
                    "\"probes\":\(step.probes)", "\"in_flight\":\(step.inFlight.mean)",
                    "\"most_in_flight\":\(step.mostInFlight)", "\"mean\":\(step.latencies.mean)",
                ]
                for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)] {
                    let value = runs.mean { $0.steps[index].latencies.quantile(share) }
                    fields.append("\"\(name)\":\(value.mean),\"\(name)_error\":\(value.error)")
                }
                fields.append("\"max_over_mean\":\(runs.mean(of: \.imbalance).mean)")
                fields.append("\"ejections\":\(runs.whole.ejections)")
                fields.append("\"use_variation\":\(runs.mean(of: \.utilisationVariation).mean)")
                lines.append("{" + fields.joined(separator: ",") + "}")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    static func milliseconds(_ seconds: Double) -> String {
        let value = seconds * 1000
        return decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)
    }

    static func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
