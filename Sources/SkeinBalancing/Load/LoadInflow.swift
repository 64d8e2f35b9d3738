// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What a `LoadPool` learns from the reports as a whole: what is hot, and how long an entry lasts.
struct LoadInflow: Sendable {
    /// Reports between two looks.
    private static let pace: UInt32 = 32
    /// More uses would herd calls of many channels onto one server.
    private static let mostUses = 32.0
    private static let unlimited = 1e6

    private(set) var hot = Int.max
    /// Picks for which an entry is good, in 1/256.
    private(set) var mostUses: UInt32 = 256
    /// What the servers report in the mean, for one that does not know yet how long its calls take.
    private(set) var typical = TypicalTimes()
    /// The share of reports that bring an endpoint which the pool does not have; 0: entries are never used up.
    var turnover = 1.0 { didSet { mostUses = LoadInflow.uses(turnover, 2) } }
    /// Such a share of the reports is not hot.
    var hotShare: Double {
        get { quantile.share }
        set { quantile.share = newValue }
    }
    private var quantile = LoadQuantile(1)
    private var reports: UInt32 = 0
    private var takesBefore: UInt32 = 0

    /// Takes a report, after so many picks altogether; whether anything may have changed.
    mutating func reported(_ load: ServerLoad, takes: UInt32) -> Bool {
        let threshold = quantile.insert(Int(load.inFlight))
        if let threshold { hot = threshold }
        typical.insert(load)
        reports += 1
        guard reports >= LoadInflow.pace else { return threshold != nil }
        let perPick = Double(reports) / Double(max(takes &- takesBefore, 1))
        (reports, takesBefore) = (0, takes)
        mostUses = LoadInflow.uses(turnover, perPick)
        return true
    }

    /// Entries last until twice as many reports have come as are used up (Prequal's reuse with a net rate of 1).
    private static func uses(_ turnover: Double, _ reportsPerPick: Double) -> UInt32 {
        UInt32((turnover > 0 ? min(max(2 / (turnover * reportsPerPick), 1), mostUses) : unlimited) * 256)
    }
}
