// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

extension Scenario {
    private static let settings: [(name: String, set: @Sendable (inout Scenario, Double) -> Void)] = [
        ("clients", { $0.clients = whole($1) }),
        ("servers", { $0.servers = whole($1) }),
        ("cores", { $0.cores = whole($1) }),
        ("load", { $0.loads = [(0, $1)] }),
        ("demand", { $0.demand = .normal(mean: $1) }),
        ("duration", { $0.duration = $1 }),
        ("warmUp", { $0.warmUp = $1 }),
        ("timeout", { $0.timeout = $1 }),
        ("networkDelay", { $0.networkDelay = $1 }),
        ("reporting", { $0.reporting = min($1, 1) }),
        ("churn", { $0.churn = $1 > 0 ? $1 : nil }),
        ("keys", { $0.keys = Int($1) }),
        ("antagonistPeriod", { $0.antagonist?.period = max($1, 0.01) }),
    ]

    /// What `set` knows.
    package static var settingNames: [String] { settings.map(\.name) }

    /// Changes one number, e.g. `load=0.9`.
    package mutating func set(_ assignment: String) throws(ConfigurationError) {
        let parts = assignment.split(separator: "=", maxSplits: 1)
        let name = parts.first.map(String.init) ?? ""
        guard let setting = Scenario.settings.first(where: { $0.name == name }) else {
            let known = Scenario.settingNames.joined(separator: ", ")
            throw ConfigurationError("a scenario has no \"\(name)\": expected one of \(known)")
        }
        guard parts.count == 2, let value = Double(parts[1]), value >= 0, value <= 1e6 else {
            throw ConfigurationError("\(assignment): expected a number from 0 to 1000000 after =")
        }
        setting.set(&self, value)
    }

    private static func whole(_ value: Double) -> Int { max(1, Int(value)) }
}
