// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct PickerCellTests {
    final class Subchannel: Sendable {
        let number: Int
        private let ended: (@Sendable () -> Void)?
        init(_ number: Int, ended: (@Sendable () -> Void)? = nil) {
            self.number = number
            self.ended = ended
        }
        deinit { ended?() }
    }

    let cell = PickerCell<Subchannel>()

    private func pick() -> PickOutcome<Subchannel> {
        var context = PickContext(testMethod)
        return cell.pick(&context)
    }

    @Test("a pick before the first publication waits for it")
    func first() {
        guard case .queue(let generation) = pick() else { return #expect(Bool(false), "picked") }
        #expect(generation == cell.generation)
        _ = cell.publish(.connecting, QueueingPicker())
        #expect(generation != cell.generation)
        guard case .queue(let later) = pick() else { return #expect(Bool(false), "picked") }
        #expect(later == cell.generation)
    }

    @Test("a pick gives the subchannel that the picker names, its note, and counts until it is completed")
    func picked() throws {
        let ids = (0..<3).map { number in
            let id = cell.slots.allocate()
            cell.attach(Subchannel(number), to: id)
            return id
        }
        _ = cell.publish(.ready, Fixed(result: .subchannel(ids[1], note: 7)))
        var tokens: [PickToken] = []
        for count in 1...5 {
            guard case .picked(let held, let token) = pick() else { return #expect(Bool(false), "not picked") }
            #expect(held.takeUnretainedValue().number == 1)
            #expect(token.note == 7)
            tokens.append(token)
            #expect(ids.map(cell.slots.inFlight) == [0, count, 0])
        }
        tokens.forEach(cell.slots.completed)
        #expect(ids.map(cell.slots.inFlight) == [0, 0, 0])
    }

    @Test("errors of a picker reach the pick")
    func errors() {
        _ = cell.publish(.ready, Fixed(result: .fail(RPCError(.unavailable, "one"))))
        guard case .fail(let one) = pick() else { return #expect(Bool(false)) }
        _ = cell.publish(.ready, Fixed(result: .drop(RPCError(.unavailable, "two"))))
        guard case .drop(let two) = pick() else { return #expect(Bool(false)) }
        #expect([one.message, two.message] == ["one", "two"])
    }

    @Test("a subchannel that was detached is not picked, even by a picker that names it")
    func detached() {
        let id = cell.slots.allocate()
        cell.attach(Subchannel(0), to: id)
        _ = cell.publish(.ready, Fixed(result: .subchannel(id)))
        _ = cell.detach(id)
        guard case .queue(let generation) = pick() else { return #expect(Bool(false), "picked") }
        #expect(generation == cell.generation)
    }

    @Test("a picker that says no more than where a call goes is not asked for more, until that is not ready")
    func direct() {
        struct Direct: DirectPicker {
            let ids: (direct: SubchannelID, other: SubchannelID)
            func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID { ids.direct }
            func pick(_ call: borrowing PickContext) -> PickResult { .subchannel(ids.other, note: 1) }
        }
        let ids = (cell.slots.allocate(), cell.slots.allocate())
        cell.attach(Subchannel(0), to: ids.0)
        cell.attach(Subchannel(1), to: ids.1)
        _ = cell.publish(.ready, Direct(ids: ids))
        #expect(pickedToken()?.id == ids.0)
        _ = cell.detach(ids.0)
        let token = pickedToken()
        #expect(token?.id == ids.1)
        #expect(token?.note == 1)
        _ = cell.publish(.ready, Direct(ids: (.none, ids.1)))
        #expect(pickedToken()?.id == ids.1)
    }

    @Test("a detached subchannel is let go, and its slot is used again, when no call is left on it")
    func reuse() {
        let ended = Counter()
        let id = cell.slots.allocate()
        cell.attach(Subchannel(0) { ended.add() }, to: id)
        _ = cell.publish(.ready, Fixed(result: .subchannel(id)))
        guard let token = pickedToken() else { return #expect(Bool(false), "not picked") }
        _ = cell.detach(id)
        #expect(ended.count == 0)
        #expect(cell.isRetiring)
        #expect(cell.slots.allocate().slot != id.slot)
        cell.slots.completed(token)
        _ = cell.retire()
        #expect(ended.count == 1)
        #expect(!cell.isRetiring)
        let again = cell.slots.allocate()
        #expect(again.slot == id.slot)
        #expect(again != id)
        #expect(cell.slots.inFlight(again) == 0)
        // The current picker still names the old subchannel, and the slot is another's.
        cell.attach(Subchannel(1), to: again)
        #expect(pickedToken() == nil)
    }

    private func pickedToken() -> PickToken? { if case .picked(_, let token) = pick() { token } else { nil } }

    @Test("a picker may pick from another cell: the section of the outer pick protects both")
    func nested() {
        struct Nested: Picker {
            let inner: PickerCell<Subchannel>
            func pick(_ call: borrowing PickContext) -> PickResult {
                var context = PickContext(testMethod)
                if case .fail(let error) = inner.pick(&context) { return .drop(error) }
                return .queue
            }
        }
        let inner = PickerCell<Subchannel>()
        _ = inner.publish(.idle, Fixed(result: .fail(RPCError(.unavailable, "inner"))))
        _ = cell.publish(.ready, Nested(inner: inner))
        guard case .drop(let error) = pick() else { return #expect(Bool(false)) }
        #expect(error.message == "inner")
        _ = cell.publish(.connecting, QueueingPicker())
        #expect(cell.snapshotsAlive == 1)
    }

    @Test("100,000 publications under the picks of two threads leave at most two snapshots", .timeLimit(.minutes(2)))
    func stress() async {
        let cell = cell
        let ended = Counter()
        let faults = Counter()
        let picks = Counter()
        let flags = StressFlags()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask { await onThread { pickUntilStopped(cell, flags, faults, picks) } }
            }
            await onThread {
                publishMany(cell, 100_000, ended, picks)
                flags.stop.store(true, ordering: .relaxed)
            }
        }
        #expect(faults.count == 0)
        #expect(picks.count > 1000)
        #expect(cell.snapshotsAlive <= 2)
        _ = cell.retire()
        #expect(cell.snapshotsAlive == 1)
        #expect(!cell.isRetiring)
        // All but the current subchannel were let go.
        #expect(ended.count == 99_999)
    }
}

private final class StressFlags: Sendable { let stop = Atomic<Bool>(false) }

private func pickUntilStopped(
    _ cell: PickerCell<PickerCellTests.Subchannel>, _ flags: StressFlags, _ faults: Counter, _ picks: Counter
) {
    var context = PickContext(testMethod)
    var last = -1
    while !flags.stop.load(ordering: .relaxed) {
        guard case .picked(let held, let token) = cell.pick(&context) else { continue }
        // Publications are seen in order, and the subchannel is the one the picker named.
        let number = held.takeUnretainedValue().number
        if number < last || number != Int(token.note) { faults.add() }
        last = number
        picks.add()
        cell.slots.completed(token)
        // Three threads on two cores: the publisher is to have its share.
        if picks.count % 64 == 0 { sched_yield() }
    }
}

/// Publishes pickers that live on the heap, each with a subchannel of its own.
private func publishMany(
    _ cell: PickerCell<PickerCellTests.Subchannel>, _ count: Int, _ ended: Counter, _ picks: Counter
) {
    final class Choice: Sendable {
        let id: SubchannelID
        let note: UInt32
        init(_ id: SubchannelID, _ note: UInt32) {
            self.id = id
            self.note = note
        }
    }
    struct OnHeap: Picker {
        let choice: Choice
        func pick(_ call: borrowing PickContext) -> PickResult { .subchannel(choice.id, note: choice.note) }
    }
    var last: SubchannelID?
    for number in 0..<count {
        let id = cell.slots.allocate()
        cell.attach(PickerCellTests.Subchannel(number) { ended.add() }, to: id)
        _ = cell.publish(.ready, OnHeap(choice: Choice(id, UInt32(number))))
        if let last { _ = cell.detach(last) }
        last = id
        // On a busy machine the picking threads may start late.
        while number == 1000, picks.count <= 1000 { sched_yield() }
    }
    // As a timer would: under picks, but with no further publication.
    while cell.snapshotsAlive > 2 { _ = cell.retire() }
}
