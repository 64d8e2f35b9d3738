// SPDX-License-Identifier: Apache-2.0

/// How attempts have ended, in counts that do not wrap.
struct OutcomeTotals: Sendable, Hashable {
    var successes = 0
    var refusals = 0
    var faults = 0
    var unknown = 0

    /// Those that say something of the endpoint.
    var judged: Int { successes + refusals + faults }
    /// Those in which the endpoint did its work.
    var served: Int { successes + refusals }
    /// Every end other than OK.
    var failures: Int { refusals + faults + unknown }
    /// How many of those judged are faults; 0 of none.
    var faultShare: Double { judged == 0 ? 0 : Double(faults) / Double(judged) }

    mutating func add(_ counts: OutcomeCounts) {
        successes += Int(counts.successes)
        refusals += Int(counts.refusals)
        faults += Int(counts.faults)
        unknown += Int(counts.unknown)
    }

    static func - (a: OutcomeTotals, b: OutcomeTotals) -> OutcomeTotals {
        OutcomeTotals(
            successes: a.successes - b.successes, refusals: a.refusals - b.refusals, faults: a.faults - b.faults,
            unknown: a.unknown - b.unknown)
    }
}
