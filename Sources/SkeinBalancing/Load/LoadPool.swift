// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// A few endpoints whose servers have lately said how loaded they are. Of thousands a pick cannot know that; and a few
/// fresh numbers are better than many old ones (Prequal's asynchronous probing).
///
/// It hears of reports as the watcher of its endpoints' slots, which are its positions. The numbers stay in the slots:
/// the pool holds only whose they are.
final class LoadPool: SlotWatcher, @unchecked Sendable {  // owns its memory; what changes there is atomic or locked
    static let most = 8

    private struct Entry: ~Copyable {
        /// The slot above the generation of a subchannel; 0 is empty.
        let id = Atomic<UInt64>(0)
        /// Picks that chose it since its report.
        let uses = Atomic<UInt32>(0)
    }

    /// A pick's view of one entry.
    struct Candidate {
        let index: Int
        let bits: UInt64
        let reported: PickTime
        let rank: LoadRank
        /// The bits of the seconds that one more call would take, as the report lets expect.
        let note: UInt32

        var id: SubchannelID {
            SubchannelID(slot: UInt32(truncatingIfNeeded: bits &>> 32), generation: UInt32(truncatingIfNeeded: bits))
        }
    }

    private let rule: LoadRule
    /// Alive whenever it tells of a report, and while there are pickers.
    private let table: Unmanaged<SlotTable>
    private let total: InFlightTotal?
    private let entries: UnsafeMutablePointer<Entry>
    /// What is known of the reports as a whole; of two threads at once one tells it nothing.
    private let inflow: Mutex<LoadInflow>
    private let hot = Atomic<Int>(.max)
    /// The bits of `TypicalTimes`.
    private let typical = Atomic<UInt64>(0)
    private let capacity = Atomic<Int>(LoadPool.most)
    /// Picks that an entry is good for, in 1/256: of 1.5 every other entry has two.
    private let mostUses = Atomic<UInt32>(256)
    private let takes = Atomic<UInt32>(0)
    private let evictions = Atomic<UInt32>(0)

    /// - Parameter total: is told what the slots tell.
    init(_ rule: LoadRule, in table: SlotTable, total: InFlightTotal? = nil) {
        self.rule = rule
        self.total = total
        self.table = .passUnretained(table)
        inflow = Mutex(LoadInflow())
        entries = .allocate(capacity: LoadPool.most)
        for index in 0..<LoadPool.most { (entries + index).initialize(to: Entry()) }
    }

    deinit { entries.deallocate() }

    private func slot(_ index: UInt32) -> UnsafeMutablePointer<EndpointSlot> {
        table._withUnsafeGuaranteedRef { $0.slot(index) }
    }

    /// Seconds that one more attempt on the endpoint would take, by this channel's own measure.
    func expectedSeconds(_ id: SubchannelID, at time: PickTime) -> Float {
        slot(id.slot).pointee.measuredDelay(at: time)
    }

    /// The seconds that the server's report lets expect of one more attempt, as the note of a pick that `take` did not
    /// come to; 0 when there is no fresh report.
    func note(_ id: SubchannelID, at time: PickTime) -> UInt32 {
        let slot = self.slot(id.slot)
        guard let (load, reported) = slot.pointee.load, time.seconds(since: reported) <= ServerLoad.lifetime else {
            return 0
        }
        return rule.expected(completed(load), inFlight: Int(load.inFlight) + slot.pointee.startedSinceReport).bitPattern
    }

    private func completed(_ load: ServerLoad) -> ServerLoad {
        load.serviceTime > 0 ? load : TypicalTimes(bits: typical.load(ordering: .relaxed)).completing(load)
    }

    override func ended(_ position: UInt32, note: UInt32, _ outcome: AttemptOutcome) {
        guard note != 0, outcome.verdict == .success, let seconds = outcome.latency else { return }
        slot(position).pointee.noteSurprise(Float(seconds) / Float(bitPattern: note))
    }

    override func adopted(_ position: UInt32, inFlight: Int) { total?.adopted(position, inFlight: inFlight) }
    override func started(_ position: UInt32) { total?.started(position) }
    override func completed(_ position: UInt32) { total?.completed(position) }

    override func reported(_ position: UInt32, _ change: ReportChange) {
        total?.reported(position, change)
        let slot = self.slot(position)
        guard let (load, time) = slot.pointee.load else { return }
        _ = inflow.withLockIfAvailable { inflow in
            guard inflow.reported(load, takes: takes.load(ordering: .relaxed)) else { return }
            hot.store(inflow.hot, ordering: .relaxed)
            typical.store(inflow.typical.bits, ordering: .relaxed)
            mostUses.store(inflow.mostUses, ordering: .relaxed)
        }
        let generation = slot.pointee.generation.load(ordering: .relaxed)
        let bits = UInt64(position) &<< 32 | UInt64(generation)
        let index = place(for: bits, at: time)
        entries[index].uses.store(0, ordering: .relaxed)
        entries[index].id.store(bits, ordering: .relaxed)
    }

    /// There are so many endpoints. A pool that holds a large part of them would soon hold those that are left over.
    /// - Parameter hotShare: of the reports have at most as many calls in flight as a server that is not hot.
    func adapt(to endpoints: Int, at most: Int, hotShare: Double) {
        let size = endpoints <= 4 ? endpoints : min(most, max(2, endpoints / 5))
        capacity.store(min(max(size, 2), LoadPool.most), ordering: .relaxed)
        inflow.withLock { inflow in
            inflow.hotShare = hotShare
            inflow.turnover = endpoints <= 4 ? 0 : 1 - Double(size) / Double(endpoints)
            mostUses.store(inflow.mostUses, ordering: .relaxed)
        }
    }
}

// MARK: picks

extension LoadPool {
    /// The best endpoint, which has one use less then; `nil` when fewer than two have fresh reports.
    func take(at time: PickTime, _ random: UInt64) -> Candidate? {
        takes.wrappingAdd(1, ordering: .relaxed)
        var best: Candidate?
        var count = 0
        visit(at: time) { candidate in
            count += 1
            if best.map({ candidate.rank < $0.rank }) ?? true { best = candidate }
        }
        guard count > 1, let best else { return nil }
        let uses = entries[best.index].uses.wrappingAdd(1, ordering: .relaxed).newValue
        let mostUses = mostUses.load(ordering: .relaxed) &+ UInt32(random & 255)
        if uses >= mostUses &>> 8 { clear(best.index, best.bits) }
        return best
    }

    /// Every entry that may be used; those that may not any more are cleared.
    func visit(at time: PickTime, _ body: (Candidate) -> Void) {
        let hot = hot.load(ordering: .relaxed)
        for index in 0..<LoadPool.most {
            let bits = entries[index].id.load(ordering: .relaxed)
            guard bits != 0 else { continue }
            if let candidate = candidate(index, bits, at: time, hot) { body(candidate) } else { clear(index, bits) }
        }
    }

    private func candidate(_ index: Int, _ bits: UInt64, at time: PickTime, _ hot: Int) -> Candidate? {
        let slot = self.slot(UInt32(truncatingIfNeeded: bits &>> 32))
        guard slot.pointee.pickable.load(ordering: .relaxed) == UInt32(truncatingIfNeeded: bits),
            slot.pointee.isBelieved, let (load, reported) = slot.pointee.load,
            time.seconds(since: reported) <= ServerLoad.lifetime
        else { return nil }
        let inFlight = Int(load.inFlight) + slot.pointee.startedSinceReport
        let expected = rule.expected(completed(load), inFlight: inFlight)
        let rank = rule.rank(
            expected, inFlight: inFlight, hot: hot, measured: slot.pointee.peakLatency.recent(at: time))
        return Candidate(index: index, bits: bits, reported: reported, rank: rank, note: expected.bitPattern)
    }

    private func clear(_ index: Int, _ bits: UInt64) {
        _ = entries[index].id.compareExchange(expected: bits, desired: 0, ordering: .relaxed)
    }
}

extension LoadPool {
    /// Its own entry, an empty one, or in turns the oldest and the worst.
    private func place(for bits: UInt64, at time: PickTime) -> Int {
        let capacity = capacity.load(ordering: .relaxed)
        var empty: Int?
        for index in 0..<capacity {
            let held = entries[index].id.load(ordering: .relaxed)
            if held == bits { return index }
            if held == 0 { empty = index }
        }
        if let empty { return empty }
        var victim: Candidate?
        let isOldest = evictions.wrappingAdd(1, ordering: .relaxed).newValue % 2 == 0
        visit(at: time) { candidate in
            guard candidate.index < capacity else { return }
            guard let current = victim else {
                victim = candidate
                return
            }
            if isOldest ? candidate.reported < current.reported : current.rank < candidate.rank { victim = candidate }
        }
        return victim?.index ?? 0
    }
}

extension ServerLoad {
    /// Seconds for which a report says something.
    static let lifetime = 1.0
}
