// SPDX-License-Identifier: Apache-2.0

/// The indexes at which the datacenters of a target were listed: `dc1=42,dc2=`. Those after the one whose instances are
/// used were not asked. One without a number did not answer.
struct ConsulRevision: Sendable, Hashable {
    struct Place: Sendable, Hashable {
        /// Empty: the agent's own.
        var datacenter: String
        var index: UInt64?
    }

    var places: [Place]

    init(_ places: [Place]) { self.places = places }

    init(_ revision: Revision) {
        places = revision.text.split(separator: ",").map { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Place(datacenter: String(halves[0]), index: halves.count > 1 ? UInt64(halves[1]) : nil)
        }
    }

    var revision: Revision {
        Revision(places.map { "\($0.datacenter)=\($0.index.map(String.init) ?? "")" }.joined(separator: ","))
    }
}
