// SPDX-License-Identifier: Apache-2.0
package import SkeinCore
internal import Synchronization

/// The slots of one channel's subchannels, by number, at addresses that never change.
///
/// Any thread may count in a slot. What says `control` belongs to the channel's balancer driver and happens under its
/// lock. A slot serves a new subchannel only when the old one was released, every pick that may have seen it before is
/// over, and none of its attempts is in flight.
package final class SlotTable: @unchecked Sendable {  // owns the chunks; the driver's lock guards the rest
    private static let firstChunk: UInt32 = 64

    /// Chunk k holds 64 · 2^k slots: 26 of them number all that a `UInt32` can.
    private let chunks = UnsafeMutablePointer<UnsafeMutablePointer<EndpointSlot>?>.allocate(capacity: 26)
    private var used: UInt32 = 0
    private var free: [UInt32] = []
    /// Released, but picks that began before may still start attempts there.
    private var closing = RetireList<UInt32, ReaderStripe>()
    /// Released, no pick can see them; attempts may be in flight.
    private var draining: [UInt32] = []

    /// What servers reported in gRPC's form.
    let reports = ReportBoard()
    /// Is told, on any thread, that attempts fail on a subchannel; then no more of it until `heardFaults`.
    private let toldFaults: (@Sendable (SubchannelID) -> Void)?

    package init(toldFaults: (@Sendable (SubchannelID) -> Void)? = nil) {
        self.toldFaults = toldFaults
        chunks.initialize(repeating: nil, count: 26)
    }

    deinit {
        for index in 0..<used {
            if let held = slot(index).pointee.subchannel.load(ordering: .relaxed) {
                Unmanaged<AnyObject>.fromOpaque(held).release()
            }
            if let watcher = slot(index).pointee.watcher.load(ordering: .relaxed) {
                Unmanaged<SlotWatcher>.fromOpaque(watcher).release()
            }
        }
        for index in 0..<26 { chunks[index].map { UnsafeMutableRawPointer($0).deallocate() } }
        chunks.deallocate()
    }

    @inline(__always)
    func slot(_ index: UInt32) -> UnsafeMutablePointer<EndpointSlot> {
        let (chunk, offset) = SlotTable.place(index)
        return chunks[chunk].unsafelyUnwrapped + offset
    }

    /// The subchannel to give an attempt to, counted as started; `nil` when it is not ready or was shut down. Only
    /// within the reading section of a pick, which keeps the subchannel alive until the attempt counts, which does so
    /// from then on: sections and `release` follow the rule of `RetireList`.
    func start(_ id: SubchannelID) -> UnsafeRawPointer? {
        guard let subchannel = pickable(id) else { return nil }
        let slot = slot(id.slot)
        slot.pointee.started.wrappingAdd(1, ordering: .relaxed)
        watcher(of: slot) { $0.started($1) }
        return subchannel
    }

    /// The same without counting.
    @inline(__always)
    func pickable(_ id: SubchannelID) -> UnsafeRawPointer? {
        let slot = slot(id.slot)
        guard slot.pointee.pickable.load(ordering: .sequentiallyConsistent) == id.generation else { return nil }
        return slot.pointee.subchannel.load(ordering: .relaxed)
    }

    /// The attempt has ended, and its outcome says something. Instead of `completed(_:)`.
    package func completed(_ token: PickToken, _ outcome: AttemptOutcome, at time: PickTime) {
        let slot = slot(token.id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == token.id.generation else { return }
        slot.pointee.note(outcome, at: time)
        watcher(of: slot) { watcher, position in
            watcher.ended(position, note: token.note, outcome)
        }
        if let load = outcome.load { reported(load, of: slot, at: time) }
        completed(token)
        if outcome.verdict == .fault, let toldFaults, !slot.pointee.hasToldFaults.exchange(true, ordering: .relaxed) {
            toldFaults(token.id)
        }
    }

    /// A server has answered a question for its load.
    package func reported(_ load: ServerLoad, of id: SubchannelID, at time: PickTime) {
        let slot = slot(id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == id.generation else { return }
        reported(load, of: slot, at: time)
    }

    private func reported(_ load: ServerLoad, of slot: UnsafeMutablePointer<EndpointSlot>, at time: PickTime) {
        let change = slot.pointee.note(load, at: time)
        watcher(of: slot) { $0.reported($1, change) }
    }

    /// A server has reported its load in gRPC's form.
    package func reported(_ report: LoadReport, of id: SubchannelID, at time: PickTime) {
        guard slot(id.slot).pointee.generation.load(ordering: .relaxed) == id.generation else { return }
        reports.note(report, of: id, at: time)
    }

    /// The attempt has ended. Once for every token.
    package func completed(_ token: PickToken) {
        let slot = slot(token.id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == token.id.generation else { return }
        // First, since a slot without attempts in flight may lose its watcher.
        watcher(of: slot) { $0.completed($1) }
        slot.pointee.completed.wrappingAdd(1, ordering: .releasing)
    }

    /// Attempts ever started on the subchannel.
    package func started(_ id: SubchannelID) -> UInt64 {
        let slot = slot(id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == id.generation else { return 0 }
        return slot.pointee.started.load(ordering: .relaxed)
    }

    /// Attempts started on the subchannel and not yet completed.
    package func inFlight(_ id: SubchannelID) -> Int {
        let slot = slot(id.slot)
        return slot.pointee.generation.load(ordering: .relaxed) == id.generation ? slot.pointee.inFlight : 0
    }

    @inline(__always)
    private func watcher(
        of slot: UnsafeMutablePointer<EndpointSlot>, _ tell: (borrowing SlotWatcher, UInt32) -> Void
    ) {
        guard let watcher = slot.pointee.watcher.load(ordering: .relaxed) else { return }
        let position = slot.pointee.position.load(ordering: .relaxed)
        Unmanaged<SlotWatcher>.fromOpaque(watcher)._withUnsafeGuaranteedRef { tell($0, position) }
    }

    @inline(__always)
    private static func place(_ index: UInt32) -> (chunk: Int, offset: Int) {
        let position = UInt64(index) + UInt64(firstChunk)
        let power = 63 - position.leadingZeroBitCount
        return (power - 6, Int(position - 1 << UInt64(power)))
    }
}

// MARK: control

extension SlotTable {
    /// A number for a new subchannel; it must be attached, or is lost.
    package func allocate() -> SubchannelID {
        if let index = free.popLast() {
            return SubchannelID(slot: index, generation: slot(index).pointee.generation.load(ordering: .relaxed))
        }
        let (chunk, offset) = SlotTable.place(used)
        if offset == 0 { chunks[chunk] = SlotTable.makeChunk(Int(SlotTable.firstChunk) << chunk) }
        defer { used += 1 }
        return SubchannelID(slot: used, generation: 1)
    }

    /// Makes the subchannel pickable, unless its policy has said that it is not ready.
    func attach(_ subchannel: AnyObject, to id: SubchannelID) {
        let slot = slot(id.slot)
        let held = UnsafeRawPointer(Unmanaged.passRetained(subchannel).toOpaque())
        slot.pointee.subchannel.store(held, ordering: .relaxed)
        slot.pointee.isAttached.store(true, ordering: .relaxed)
        let isReady = slot.pointee.isReady.load(ordering: .relaxed)
        slot.pointee.pickable.store(isReady ? id.generation : 0, ordering: .releasing)
    }

    /// Whether picks may choose it from now on, whatever picker they use.
    func setReady(_ id: SubchannelID, _ isReady: Bool) {
        let slot = slot(id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == id.generation else { return }
        slot.pointee.isReady.store(isReady, ordering: .relaxed)
        guard slot.pointee.isAttached.load(ordering: .relaxed) else { return }
        slot.pointee.pickable.store(isReady ? id.generation : 0, ordering: .releasing)
        watcher(of: slot) { $0.became(ready: isReady, $1) }
    }

    /// Whether its policy takes a connection for healthy as it is.
    package func ignoresHealth(_ id: SubchannelID) -> Bool {
        slot(id.slot).pointee.ignoresHealth.load(ordering: .relaxed)
    }

    func ignoreHealth(_ id: SubchannelID) { slot(id.slot).pointee.ignoresHealth.store(true, ordering: .relaxed) }

    /// Faults were looked at; later ones are told again.
    func heardFaults(_ id: SubchannelID) {
        let slot = slot(id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == id.generation else { return }
        slot.pointee.hasToldFaults.store(false, ordering: .relaxed)
    }

    /// From now on `watcher` hears of the subchannel, as `position`. The first one stays as long as there is the
    /// subchannel: threads may be telling it something at any time.
    func watch(_ id: SubchannelID, by watcher: SlotWatcher, at position: UInt32) {
        let slot = slot(id.slot)
        guard slot.pointee.generation.load(ordering: .relaxed) == id.generation else { return }
        slot.pointee.position.store(position, ordering: .relaxed)
        let pointer = UnsafeRawPointer(Unmanaged.passUnretained(watcher).toOpaque())
        let before = slot.pointee.watcher.load(ordering: .relaxed)
        assert(before == nil || before == pointer, "a subchannel has one watcher")
        guard before == nil else { return }
        _ = Unmanaged.passRetained(watcher)
        slot.pointee.watcher.store(pointer, ordering: .releasing)
        watcher.adopted(position, inFlight: slot.pointee.inFlight)
        if let (load, _) = slot.pointee.load {
            watcher.reported(position, ReportChange(inFlight: Int(load.inFlight), servers: 1))
        }
    }

    /// No pick that starts from now on chooses it.
    func release(_ id: SubchannelID) {
        let slot = slot(id.slot)
        guard slot.pointee.isAttached.load(ordering: .relaxed),
            slot.pointee.generation.load(ordering: .relaxed) == id.generation
        else { return }
        slot.pointee.isAttached.store(false, ordering: .relaxed)
        slot.pointee.pickable.store(0, ordering: .sequentiallyConsistent)
        watcher(of: slot) { $0.became(ready: false, $1) }
        closing.retire(id.slot, sampled: ReaderStripes())
    }

    /// Frees what can be freed; returns the subchannels, to drop after unlocking.
    func reclaim() -> [AnyObject] {
        guard isReclaiming else { return [] }
        draining += closing.poll(ReaderStripes.sequence)
        var garbage: [AnyObject] = []
        draining.removeAll { index in
            let slot = slot(index)
            guard slot.pointee.inFlight == 0 else { return false }
            slot.pointee.generation.wrappingAdd(1, ordering: .relaxed)
            let change = slot.pointee.forgetReport()
            self.watcher(of: slot) { $0.reported($1, change) }
            slot.pointee.clear()
            reports.forget(index)
            let watcher = slot.pointee.watcher.exchange(nil, ordering: .acquiring)
            let subchannel = slot.pointee.subchannel.exchange(nil, ordering: .relaxed)
            for case let held? in [watcher, subchannel] {
                garbage.append(Unmanaged<AnyObject>.fromOpaque(held).takeRetainedValue())
            }
            free.append(index)
            return true
        }
        return garbage
    }

    /// Whether there are subchannels that were released and whose slots cannot serve others yet.
    var isReclaiming: Bool { !closing.isEmpty || !draining.isEmpty }

    private static func makeChunk(_ count: Int) -> UnsafeMutablePointer<EndpointSlot> {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<EndpointSlot>.stride * count, alignment: 64)
        let slots = bytes.bindMemory(to: EndpointSlot.self, capacity: count)
        for index in 0..<count { (slots + index).initialize(to: EndpointSlot()) }
        return slots
    }
}
