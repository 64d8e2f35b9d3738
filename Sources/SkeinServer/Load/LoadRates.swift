// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What a server did in the last second or more: calls and failures for each second, and how busy its cores were.
struct LoadRates: Sendable {
    /// Totals since the start.
    struct Totals: Sendable {
        var calls: UInt64
        var failures: UInt64
        /// Seconds of all threads together.
        var cpu: Double
    }

    /// Rates are taken over at least this long.
    static let span: Int64 = 1_000_000_000

    private let cores: Double
    private var since: Int64
    private var before: Totals
    private(set) var report = LoadReport()

    init(cores: Int, at now: Int64, _ totals: Totals) {
        self.cores = Double(max(cores, 1))
        since = now
        before = totals
    }

    /// Whether it is time to update.
    func isDue(at now: Int64) -> Bool { now - since >= LoadRates.span }

    mutating func update(_ totals: Totals, at now: Int64) {
        guard isDue(at: now) else { return }
        let seconds = Double(now - since) * 1e-9
        report.requestsPerSecond = Double(totals.calls &- before.calls) / seconds
        report.errorsPerSecond = Double(totals.failures &- before.failures) / seconds
        report.cpuUtilization = max(0, totals.cpu - before.cpu) / seconds / cores
        since = now
        before = totals
    }
}
