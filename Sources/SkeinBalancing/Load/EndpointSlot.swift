// SPDX-License-Identifier: Apache-2.0
internal import CSkein
internal import SkeinCore
internal import Synchronization

/// The live numbers of one subchannel at a fixed address: 64 bytes that every pick and every end of an attempt touch,
/// and 64 that only ends write, so that subchannels share no line of cache.
///
/// `started` and `completed` are two counters, not one of calls in flight, so that a pick and a completion each write
/// once and totals come for free.
struct EndpointSlot: ~Copyable {
    let started = Atomic<UInt64>(0)
    let completed = Atomic<UInt64>(0)
    /// The generation that picks may choose; 0 when not ready, shut down or free.
    let pickable = Atomic<UInt32>(0)
    /// The generation that counters belong to.
    let generation = Atomic<UInt32>(1)
    /// The subchannel, retained by the slot; cleared when no pick can see it any more and no attempt is on it.
    let subchannel = Atomic<UnsafeRawPointer?>(nil)
    /// A `SlotWatcher`, retained by the slot; set before picks can see it, cleared when the slot is free again.
    let watcher = Atomic<UnsafeRawPointer?>(nil)
    /// Which of its endpoints the watcher knows it by.
    let position = Atomic<UInt32>(0)
    /// For `control` only: a subchannel is attached, and was not released.
    let isAttached = Atomic<Bool>(false)
    /// For `control` only: what its policy said last.
    let isReady = Atomic<Bool>(true)
    /// Somebody was told that attempts fail here, and has not looked yet.
    let hasToldFaults = Atomic<Bool>(false)
    /// For `control` only: its policy takes a connection for healthy as it is.
    let ignoresHealth = Atomic<Bool>(false)
    /// The bits of a `PeakLatency`.
    let latency = Atomic<UInt64>(0)
    /// When the server reported its load last, in nanoseconds of `PickTime`; 0: never.
    let reported = Atomic<UInt64>(0)

    // The second line. What belongs to one report is written part by part: a reader may see two reports of the same
    // server mixed, which are as good as either.
    /// `started` when the server reported: what came later it did not know of.
    let startedAtReport = Atomic<UInt64>(0)
    /// `ServerLoad.inFlight` above `parallelism`.
    let reportedWork = Atomic<UInt64>(0)
    /// The bits of `ServerLoad.latency` above those of `serviceTime`.
    let reportedTimes = Atomic<UInt64>(0)
    let incarnation = Atomic<UInt64>(0)
    let successes = Atomic<UInt32>(0)
    let refusals = Atomic<UInt32>(0)
    let faults = Atomic<UInt32>(0)
    let unknown = Atomic<UInt32>(0)
    /// The bits of a `Float`: how many times, as a power of 2, calls took longer than what the reports let expect.
    let surprise = Atomic<UInt32>(0)
    private let padding: (UInt32, UInt32, UInt32) = (0, 0, 0)

    /// Attempts picked and not yet completed. Never negative: `completed` is read first.
    var inFlight: Int {
        let completed = completed.load(ordering: .acquiring)
        return Int(truncatingIfNeeded: started.load(ordering: .relaxed) &- completed)
    }
}

// MARK: outcomes

extension EndpointSlot {
    /// What it says of the server's load is not taken.
    func note(_ outcome: AttemptOutcome, at time: PickTime) {
        switch outcome.verdict {
        case .success: successes.wrappingAdd(1, ordering: .relaxed)
        case .refusal: refusals.wrappingAdd(1, ordering: .relaxed)
        case .fault: faults.wrappingAdd(1, ordering: .relaxed)
        case .none: unknown.wrappingAdd(1, ordering: .relaxed)
        }
        if let seconds = outcome.latency {
            let before = peakLatency
            let after = before.observing(seconds, at: time, failed: outcome.verdict != .success)
            // Of two at the same time one is lost: the next makes up for it.
            if after != before { latency.store(after.bits, ordering: .relaxed) }
        }
    }

    /// A server that has not ended a call yet does not know how long one takes. One that has, and reports no time, says
    /// nothing.
    func note(_ load: ServerLoad, at time: PickTime) -> ReportChange {
        guard load.serviceTime > 0 || successes.load(ordering: .relaxed) == 0 else { return forgetReport() }
        startedAtReport.store(started.load(ordering: .relaxed), ordering: .relaxed)
        let work = UInt64(load.inFlight) &<< 32 | UInt64(load.parallelism)
        let before = reportedWork.exchange(work, ordering: .relaxed)
        reportedTimes.store(
            UInt64(load.latency.bitPattern) &<< 32 | UInt64(load.serviceTime.bitPattern), ordering: .relaxed)
        incarnation.store(load.incarnation, ordering: .relaxed)
        let last = reported.exchange(max(time.nanoseconds, 1), ordering: .relaxed)
        return ReportChange(inFlight: Int(load.inFlight) - Int(before &>> 32), servers: last == 0 ? 1 : 0)
    }

    func forgetReport() -> ReportChange {
        let before = reportedWork.exchange(0, ordering: .relaxed)
        let last = reported.exchange(0, ordering: .relaxed)
        return ReportChange(inFlight: -Int(before &>> 32), servers: last == 0 ? 0 : -1)
    }

    /// What the server has in flight by a report of the last second, and by what this channel has sent since.
    func freshInFlight(at time: PickTime) -> Int? {
        let last = reported.load(ordering: .relaxed)
        guard last > 0, time.seconds(since: PickTime(nanoseconds: last)) <= ServerLoad.lifetime else { return nil }
        return Int(reportedWork.load(ordering: .relaxed) &>> 32) + startedSinceReport
    }

    var peakLatency: PeakLatency { PeakLatency(bits: latency.load(ordering: .relaxed)) }

    var outcomes: OutcomeCounts {
        var counts = OutcomeCounts()
        counts.successes = successes.load(ordering: .relaxed)
        counts.refusals = refusals.load(ordering: .relaxed)
        counts.faults = faults.load(ordering: .relaxed)
        counts.unknown = unknown.load(ordering: .relaxed)
        return counts
    }

    /// Whether the server reports, and can be believed. One that has not for a minute may have stopped to: it has to be
    /// called to tell.
    func reports(at time: PickTime) -> Bool {
        let last = reported.load(ordering: .relaxed)
        return last > 0 && time.nanoseconds < last &+ EndpointSlot.longestSilence && isBelieved
    }

    /// What the server reported last, and when; `nil` when it never did.
    var load: (ServerLoad, PickTime)? {
        let time = reported.load(ordering: .relaxed)
        guard time > 0 else { return nil }
        let (work, times) = (reportedWork.load(ordering: .relaxed), reportedTimes.load(ordering: .relaxed))
        let load = ServerLoad(
            inFlight: UInt32(truncatingIfNeeded: work &>> 32),
            latency: Float(bitPattern: UInt32(truncatingIfNeeded: times &>> 32)),
            serviceTime: Float(bitPattern: UInt32(truncatingIfNeeded: times)),
            parallelism: UInt32(truncatingIfNeeded: work), incarnation: incarnation.load(ordering: .relaxed))
        return (load, PickTime(nanoseconds: time))
    }

    /// A call took `ratio` times as long as the server's report let expect.
    func noteSurprise(_ ratio: Float) {
        let before = Float(bitPattern: surprise.load(ordering: .relaxed))
        let power = min(max(skein_log2(max(ratio, 1e-6)), -EndpointSlot.mostSurprise), EndpointSlot.mostSurprise)
        surprise.store((before + (power - before) * EndpointSlot.surpriseGain).bitPattern, ordering: .relaxed)
    }

    /// Whether calls end about when the reports let expect: not when they take more than 8 times as long.
    var isBelieved: Bool { Float(bitPattern: surprise.load(ordering: .relaxed)) < 3 }

    /// In nanoseconds.
    private static let longestSilence: UInt64 = 60_000_000_000
    private static let mostSurprise: Float = 10
    private static let surpriseGain: Float = 0.1

    /// Attempts of this channel that started after the report, which does not count them.
    var startedSinceReport: Int {
        Int(truncatingIfNeeded: started.load(ordering: .relaxed) &- startedAtReport.load(ordering: .relaxed))
    }

    /// For the next subchannel; what the server reported has been forgotten before.
    func clear() {
        started.store(0, ordering: .relaxed)
        completed.store(0, ordering: .relaxed)
        isReady.store(true, ordering: .relaxed)
        hasToldFaults.store(false, ordering: .relaxed)
        ignoresHealth.store(false, ordering: .relaxed)
        latency.store(0, ordering: .relaxed)
        startedAtReport.store(0, ordering: .relaxed)
        surprise.store(0, ordering: .relaxed)
        successes.store(0, ordering: .relaxed)
        refusals.store(0, ordering: .relaxed)
        faults.store(0, ordering: .relaxed)
        unknown.store(0, ordering: .relaxed)
    }
}
