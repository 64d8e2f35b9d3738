// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Ejects endpoints as soon as their calls fail: for clients whose calls are too few for outlier detection.
///
/// At least two faults, and more than half of what has ended since the first of them; over twice the share of faults
/// elsewhere; and so many that an endpoint no worse than the others would have them once in fifty million times at
/// most. A method that fails everywhere thus ejects nobody, and a fault here and there neither: three or four faults in
/// a row are enough when calls elsewhere went well, one or two more at the start, when little is known of elsewhere. Of
/// many calls a quarter of a second's worth must be faults, so that a moment does not count as "recently".
///
/// The share elsewhere is the mean of the other endpoints' shares in the last 10 to 20 seconds, each of which counts
/// once however many calls it drew: endpoints that fail at once draw most, and would hide each other. It is at least the
/// share of those whose last call failed, and the share of what has ended elsewhere since the first fault, as far as that
/// is a quarter: something that begins to fail everywhere is not taken for the endpoint where it shows first. When the
/// last calls of three quarters of the endpoints have failed, all are taken back.
struct FailingEndpoints: Sendable {
    static let halfWindow = Duration.seconds(10)
    private static let baseTime = Duration.seconds(30)
    private static let mostTimes = 10
    /// A run of faults that is older begins anew.
    private static let longestRun = Duration.seconds(30)
    /// How likely an ejection is a mistake.
    private static let chance = 2e-8
    /// What is presumed of the others before they are known: few faults, believed as firmly as so many attempts would
    /// show it.
    private static let presumed = (faults: 0.1, attempts: 30.0)
    /// Faults that are taken for granted since the first: where there were none, there may be some.
    private static let doubt = 0.01
    /// What has come since the first fault is little, and mostly of the endpoints that draw the calls.
    private static let mostSinceFirst = 0.25

    /// When the last two halves of the window began.
    private var older: ContinuousClock.Instant?
    private var newer: ContinuousClock.Instant?
    private var refreshed: ContinuousClock.Instant?
    private var lately = Lately()

    /// The window, over all endpoints that had calls in it.
    private struct Lately: Sendable {
        /// Of the faults at each, added.
        var shares = 0.0
        var endpoints = 0
        var outcomes = 0
        /// Those whose last calls failed.
        var failing = 0

        var isEverywhere: Bool { endpoints >= 4 && 4 * failing >= 3 * endpoints }
    }

    /// When the window moves on; `nil` before it was opened.
    var due: ContinuousClock.Instant? { newer.map { $0 + FailingEndpoints.halfWindow } }

    mutating func open(at now: ContinuousClock.Instant) {
        guard newer == nil else { return }
        (older, newer) = (now, now)
    }

    /// To be called every half of a window.
    mutating func moveWindow(_ book: inout EjectionBook, at now: ContinuousClock.Instant) {
        refreshAll(&book, now)
        (older, newer) = (newer, now)
        for identity in book.order {
            guard let record = book[identity] else { continue }
            let latest = record.totals - record.newer
            if record.strikes > 0, record.ejection == nil, latest.served > 0, latest.faults == 0 {
                book[identity]?.strikes -= 1
            }
            book[identity]?.older = record.newer
            book[identity]?.newer = record.totals
        }
    }

    /// Ejects the endpoint if the attempts that failed there say so, or takes all back; whether there was a change.
    mutating func judge(
        _ id: SubchannelID, _ book: inout EjectionBook, at now: ContinuousClock.Instant
    ) -> Bool {
        guard let identity = book.identity(of: id) else { return false }
        book.refresh(id)
        guard let record = book[identity], record.ejection == nil else { return false }
        let faults = record.totals.faults - record.judgedFaults
        book[identity]?.judgedFaults = record.totals.faults
        guard faults > 0 else { return false }
        refreshAll(&book, now)
        if lately.isEverywhere, !book.ejected.isEmpty {
            takeBack(&book, at: now, all: true)
            return true
        }
        guard isFailing(identity, faults, &book, now), book.mayEject else { return false }
        let times = min(record.strikes + 1, FailingEndpoints.mostTimes)
        book[identity]?.strikes = times
        book[identity]?.run = nil
        book[identity]?.onTrialSince = nil
        book.eject(
            identity, .init(.failing, identity, from: now, for: FailingEndpoints.baseTime * times, times: times))
        return true
    }

    /// Takes those back, on trial, whose time is over.
    func takeBack(_ book: inout EjectionBook, at now: ContinuousClock.Instant, all: Bool = false) {
        for identity in book.ejected {
            guard case .failing = book[identity]?.ejection?.rule, let record = book[identity],
                record.ejection.map({ all || FailingEndpoints.end(of: $0) <= now }) == true
            else { continue }
            for id in record.subchannels { book.refresh(id) }
            let totals = book[identity]?.totals ?? record.totals
            book[identity]?.judgedFaults = totals.faults
            book[identity]?.onTrialSince = totals
            book.uneject(identity)
        }
    }

    /// All are back, and nothing is remembered.
    mutating func end(_ book: inout EjectionBook) {
        self = FailingEndpoints()
        for identity in book.order {
            book[identity]?.strikes = 0
            book[identity]?.run = nil
            book[identity]?.onTrialSince = nil
            if case .failing = book[identity]?.ejection?.rule { book.uneject(identity) }
        }
    }

    /// When the next one is to be taken back.
    func nextReturn(_ book: EjectionBook) -> ContinuousClock.Instant? {
        book.ejected.compactMap { identity in
            guard let ejection = book[identity]?.ejection, case .failing = ejection.rule else { return nil }
            return FailingEndpoints.end(of: ejection)
        }.min()
    }

    private static func end(of ejection: EjectionRecord.Ejection) -> ContinuousClock.Instant {
        ejection.start + baseTime * ejection.times
    }
}

extension FailingEndpoints {
    /// Looking at all costs as much as there are: it is done so rarely that it is a twentieth of the time at most.
    private mutating func refreshAll(_ book: inout EjectionBook, _ now: ContinuousClock.Instant) {
        if let refreshed, now - refreshed < .microseconds(book.memberCount * 2) { return }
        refreshed = now
        book.refresh()
        lately = Lately()
        for identity in book.order {
            guard let record = book[identity] else { continue }
            let recent = record.totals - record.older
            book[identity]?.recentShare = recent.judged > 0 ? recent.faultShare : nil
            guard recent.judged > 0 else { continue }
            lately.shares += recent.faultShare
            lately.endpoints += 1
            lately.outcomes += recent.judged
            if record.hasJustFailed { lately.failing += 1 }
        }
    }

    private func isFailing(
        _ identity: Endpoint.Identity, _ faults: Int, _ book: inout EjectionBook, _ now: ContinuousClock.Instant
    ) -> Bool {
        guard let record = book[identity], let older else { return false }
        let recent = record.totals - record.older
        let known = Double(max(0, lately.outcomes - recent.judged)) + FailingEndpoints.presumed.attempts
        let elsewhere = elsewhere(than: record, known: known)
        if let start = record.onTrialSince {
            let since = record.totals - start
            if since.faults > since.served { return since.faultShare > 2 * elsewhere }
            book[identity]?.onTrialSince = nil
        }
        let run = run(of: record, faults, book, now)
        book[identity]?.run = run
        let own = record.totals - run.own
        guard own.faults >= 2, own.faults > own.served else { return false }
        let rate = Double(recent.judged) / max((now - older) / .seconds(1), 1)
        guard Double(own.faults) >= rate / 4 else { return false }
        let others = book.fleet - run.fleet - own
        let sinceFirst = (Double(others.faults) + FailingEndpoints.doubt) / Double(others.judged + 1)
        let share = max(elsewhere, min(sinceFirst, FailingEndpoints.mostSinceFirst))
        return own.faultShare > 2 * share
            && FailingEndpoints.chance(of: own.faults, in: own.judged, share, known: known) < FailingEndpoints.chance
    }

    /// The mean share of faults at the other endpoints, as high as it may well be; 1 if there are no others.
    private func elsewhere(than record: EjectionRecord, known: Double) -> Double {
        let endpoints = lately.endpoints - (record.recentShare == nil ? 0 : 1)
        guard endpoints > 0 else { return 1 }
        let mean = max(0, lately.shares - (record.recentShare ?? 0)) / Double(endpoints)
        let failing = lately.failing - (record.recentShare != nil && record.hasJustFailed ? 1 : 0)
        return max(
            mean, Double(max(0, failing)) / Double(endpoints), FailingEndpoints.presumed.faults / known)
    }

    /// The time since the first fault in a row of them.
    private func run(
        of record: EjectionRecord, _ faults: Int, _ book: EjectionBook, _ now: ContinuousClock.Instant
    ) -> EjectionRecord.Run {
        if let run = record.run, now - run.start < FailingEndpoints.longestRun {
            let own = record.totals - run.own
            if own.faults > own.served { return run }
        }
        var before = (own: record.totals, fleet: book.fleet)
        before.own.faults -= faults
        before.fleet.faults -= faults
        return EjectionRecord.Run(start: now, own: before.own, fleet: before.fleet)
    }

    /// How likely `faults` of `count` attempts fail when `share` of the `known` others did: the beta-binomial
    /// distribution. Of few others little is known of how often attempts fail: each fault makes the next more likely.
    private static func chance(of faults: Int, in count: Int, _ share: Double, known: Double) -> Double {
        // Of many, as many as are needed: more would only be more certain.
        let scale = max(1, Double(faults) / 60)
        let (faults, count) = (Int(Double(faults) / scale), Int(Double(count) / scale))
        return (1...max(faults, 1)).reduce(1.0) { chance, step in
            let share = (share * known + Double(step - 1)) / (known + Double(step - 1))
            return chance * share * (step <= count - faults ? Double(faults + step) / Double(step) : 1)
        }
    }
}
