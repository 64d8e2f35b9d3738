// SPDX-License-Identifier: Apache-2.0

extension LabClaim {
    /// What docs/lab.md says of the policies.
    package static let all: [LabClaim] = reports + published + failures + automatic + robustness

    private static let loadAware = [
        "least_request", "least_connections", "p2c_peak_ewma", "prequal", "expected_delay", "auto",
    ]

    private static func p99(_ scenario: String, _ policy: String, over other: String, atMost bound: Double) -> LabClaim
    {
        LabClaim("\(scenario): p99 of \(policy) / \(other)", atMost: bound) {
            try $0.ratio(scenario, policy, to: other)
        }
    }

    /// What servers' reports are worth.
    private static let reports =
        ["prequal", "expected_delay"].flatMap { policy in
            [
                p99("antagonists-0.9", policy, over: "p2c_peak_ewma", atMost: 0.8),
                p99("antagonists-0.9", policy, over: "least_request", atMost: 0.125),
            ]
        } + [
            LabClaim("speeds: p99.9 of expected_delay / weighted_round_robin+weights", atMost: 0.6) {
                try $0.ratio(
                    "speeds", #"expected_delay {"poolSize": 6}"#, to: "weighted_round_robin+weights", quantile: 0.999)
            }
        ]

    /// The proportions of the Prequal paper, between what tables say: means over the seeds.
    private static let published =
        ["antagonists-0.7", "antagonists-0.9"].flatMap { scenario in
            [
                published(scenario, over: "c3", atMost: 0.95),
                published(scenario, over: "least_connections", atMost: 1 / 6.0),
            ]
        } + [published("antagonists-0.9", over: "weighted_round_robin", atMost: 1 / 8.0)]

    private static func published(_ scenario: String, over other: String, atMost bound: Double) -> LabClaim {
        LabClaim("\(scenario): p99 of prequal / \(other)", atMost: bound, noise: 0.1) {
            try $0.runs(scenario, "prequal").quantile(0.99) / $0.runs(scenario, other).quantile(0.99)
        }
    }

    private static let failures =
        loadAware.map { policy in
            LabClaim("failing-fast: share of calls lost with \(policy)", atMost: 0.003) {
                try $0.runs("failing-fast", policy).whole.total.failureShare
            }
        }
        + ["not-found", "poison"].map { scenario in
            LabClaim("\(scenario): ejections by auto and p2c_peak_ewma", atMost: 0) { bench in
                let all = try ["auto", "p2c_peak_ewma"].map { try bench.runs(scenario, $0).whole.ejections }
                return Double(all.reduce(0, +))
            }
        }

    /// `auto` beside the policy that is best in each scenario, and without reports beside the best that needs none.
    private static let automatic =
        Scenario.builtIn.map(\.name).filter { !incomparable.contains($0) }.map { scenario in
            LabClaim("\(scenario): p99 of auto / the best policy's", atMost: 1.1) { bench in
                let rivals = ["round_robin"] + loadAware.dropLast()
                return try rivals.map { try bench.ratio(scenario, "auto", to: $0) }.max() ?? .infinity
            }
        }
        + ["homogeneous", "speeds", "small", "proxies", "antagonists-0.9", "failing-fast", "slow-replica"].map {
            p99("\($0) reporting=0", "auto", over: "p2c_peak_ewma", atMost: 1.1)
        }

    /// With keys `auto` goes by them, the others do not; the points of the ramp that matter are scenarios of their own.
    private static let incomparable: Set = ["keys", "ramp"]

    private static let robustness =
        ["mixed-fleet", "zero-reports", "bimodal", "idle-streams", "reported-streams"].map { scenario in
            LabClaim("\(scenario): p99 of auto / the same without reports", atMost: 1.2) { bench in
                try bench.runs(scenario, "auto").ratio(
                    to: bench.runs("\(scenario) reporting=0", "auto"), quantile: 0.99)
            }
        } + [
            LabClaim("few-clients: calls of a server with auto, most / mean", atMost: 1.3) {
                try $0.runs("few-clients", "auto").mean(of: \.imbalance).mean
            }
        ]
}
