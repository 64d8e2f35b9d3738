// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a policy tells of itself when it is asked: its name, those of the policies inside, and why endpoints cannot be
/// chosen.
public struct PolicyAccount: Sendable {
    /// Outermost first; what stands in one place inside of a policy with several is one name, as in `random | maglev`.
    public var path: [String] {
        guard parts.count > 1 else { return names + parts.joined() }
        return names + [parts.map { $0.joined(separator: " / ") }.joined(separator: " | ")]
    }
    private var names: [String] = []
    /// The paths of policies side by side below these.
    private var parts: [[String]] = []
    package private(set) var remarks: [Endpoint.Identity: String] = [:]

    /// Whether somebody looks at more than the path.
    let wantsRemarks: Bool

    package init(wantsRemarks: Bool) { self.wantsRemarks = wantsRemarks }

    public mutating func name(_ name: String) { names.append(name) }

    /// Takes in what one of several policies inside tells: those in the same place stand side by side.
    mutating func add(_ part: PolicyAccount) {
        if !parts.contains(part.path) { parts.append(part.path) }
        remarks.merge(part.remarks) { $1 }
    }

    /// Why an endpoint cannot be chosen; what an outer policy says counts.
    public mutating func remark(_ reason: String, on endpoint: Endpoint.Identity) { remarks[endpoint] = reason }
}
