// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What is known of one endpoint that may be ejected. It belongs to the endpoint: its subchannels may come and go.
struct EjectionRecord: Sendable {
    enum Rule: Sendable {
        /// gRPC's outlier detection.
        case outlier
        /// The calls failed.
        case failing
    }

    struct Ejection: Sendable {
        let rule: Rule
        let start: ContinuousClock.Instant
        /// Which time in a row it is.
        let times: Int
        /// What its calls fail with, where nothing else is left.
        let error: RPCError
    }

    /// A time in which attempts have failed, from the first of them on.
    struct Run: Sendable {
        let start: ContinuousClock.Instant
        /// What had come before, here and everywhere.
        let own: OutcomeTotals
        let fleet: OutcomeTotals
    }

    var subchannels: [SubchannelID] = []
    /// All outcomes so far.
    var totals = OutcomeTotals()
    var ejection: Ejection?

    // For outlier detection.
    /// The totals when its interval began.
    var atInterval = OutcomeTotals()
    /// How often it was ejected lately.
    var multiplier = 0

    // For endpoints that fail.
    /// The totals when the last two halves of the window began.
    var older = OutcomeTotals()
    var newer = OutcomeTotals()
    /// The share of faults since `older`, when all were last looked at; `nil` without calls.
    var recentShare: Double?
    /// What has ended last were faults, mostly.
    var hasJustFailed = false
    /// Faults that were looked at.
    var judgedFaults = 0
    var run: Run?
    /// How often it was ejected since it was last healthy.
    var strikes = 0
    /// The totals when it came back, as long as it has not shown that it is healthy.
    var onTrialSince: OutcomeTotals?
}
