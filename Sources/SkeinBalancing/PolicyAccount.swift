// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a policy tells of itself when it is asked: its name, those of the policies inside, and why endpoints cannot be
/// chosen.
public struct PolicyAccount: Sendable {
    /// Outermost first.
    public private(set) var path: [String] = []
    package private(set) var remarks: [Endpoint.Identity: String] = [:]

    /// Whether somebody looks at more than the path.
    let wantsRemarks: Bool

    package init(wantsRemarks: Bool) { self.wantsRemarks = wantsRemarks }

    public mutating func name(_ name: String) { path.append(name) }

    /// Why an endpoint cannot be chosen; what an outer policy says counts.
    public mutating func remark(_ reason: String, on endpoint: Endpoint.Identity) { remarks[endpoint] = reason }
}
