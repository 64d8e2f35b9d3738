// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Calls that came at given times.
package struct Trace: Sendable {
    package struct Call: Sendable {
        package let time: Double
        package let key: String?
        /// Its work in seconds; drawn when there is none.
        package let demand: Double?
    }

    /// By time.
    package let calls: [Call]

    /// Reads lines such as `{"time": 0.25, "key": "a", "demand": 0.08}`; the time counts from the start, and the other
    /// two may be absent. Empty lines are skipped. Throws for a line that is wrong, with its number.
    package init(jsonLines text: String) throws(ConfigurationError) {
        var calls: [Call] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy(\.isWhitespace) { continue }
            do throws(ConfigurationError) {
                calls.append(try Trace.call(String(line)))
            } catch {
                throw ConfigurationError("line \(index + 1) of the trace: \(error)")
            }
        }
        self.calls = calls.sorted { $0.time < $1.time }
    }

    private static func call(_ line: String) throws(ConfigurationError) -> Call {
        var fields = try ConfigFields(try JSONValue(parsing: line), path: "call")
        let range = 0.0...1e9
        guard fields.contains("time") else { throw ConfigurationError("time is missing: expected a number of seconds") }
        let time = try fields.double("time", default: 0, in: range)
        let hasKey = fields.contains("key")
        let key = try fields.string("key", default: "")
        let demand = try fields.double("demand", default: 0, in: range)
        return Call(time: time, key: hasKey ? key : nil, demand: demand > 0 ? demand : nil)
    }
}
