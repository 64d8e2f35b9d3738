// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Finds an endpoint with the fewest attempts in flight among thousands, exactly, without looking at all of them.
///
/// Positions stand in blocks of 64, blocks in groups of 64. Every block, every group and the whole have a bound: no
/// open position in it has fewer attempts. A completion lowers the bounds that it undercuts. A pick starts at a random
/// place on each level and stops at the first that is not above the bound; when there is none the bound was too low,
/// and is raised to what was found. Beside its value a bound holds the number of its changes: it is raised only if it
/// was not touched since before the search, so that it never hides an endpoint.
final class LeastBoard: SlotWatcher, @unchecked Sendable {  // owns its memory; what changes there is atomic
    private static let fan = 64
    private static let mostGroups = 1024
    /// In a count: the endpoint may be picked.
    private static let open: UInt32 = 1 << 31

    private struct Group {
        let bounds: UnsafeMutablePointer<Atomic<UInt64>>
        let counts: UnsafeMutablePointer<Atomic<UInt32>>
        /// Slot and generation of each position's subchannel.
        let ids: UnsafeMutablePointer<Atomic<UInt64>>
    }

    private let root = Atomic<UInt64>(0)
    private let groupBounds: UnsafeMutablePointer<Atomic<UInt64>>
    private let groups: UnsafeMutablePointer<Group>
    private let groupCount = Atomic<Int>(0)
    /// Positions from here on were never opened.
    private let used = Atomic<Int>(0)

    override init() {
        groupBounds = LeastBoard.zeros(LeastBoard.mostGroups)
        groups = .allocate(capacity: LeastBoard.mostGroups)
    }

    deinit {
        for index in 0..<groupCount.load(ordering: .relaxed) {
            groups[index].bounds.deallocate()
            groups[index].counts.deallocate()
            groups[index].ids.deallocate()
        }
        groupBounds.deallocate()
        groups.deallocate()
    }

    // MARK: the control plane's side

    /// Makes room for `position`; `false` when that is beyond all room. Positions are closed until they are opened.
    func reserve(_ position: UInt32) -> Bool {
        let (group, size) = (Int(position) / (LeastBoard.fan * LeastBoard.fan), LeastBoard.fan * LeastBoard.fan)
        guard group < LeastBoard.mostGroups else { return false }
        for index in groupCount.load(ordering: .relaxed)..<max(group + 1, groupCount.load(ordering: .relaxed)) {
            let counts = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: size)
            for place in 0..<size { (counts + place).initialize(to: Atomic(0)) }
            groups[index] = Group(bounds: LeastBoard.zeros(LeastBoard.fan), counts: counts, ids: LeastBoard.zeros(size))
            groupCount.store(index + 1, ordering: .releasing)
        }
        return true
    }

    /// The subchannel at `position` may be picked.
    func open(_ position: UInt32, _ id: SubchannelID) {
        let (group, place) = find(position)
        group.ids[place].store(UInt64(id.slot) << 32 | UInt64(id.generation), ordering: .relaxed)
        used.store(max(used.load(ordering: .relaxed), Int(position) + 1), ordering: .releasing)
        became(ready: true, position)
    }

    /// Whether no attempt is in flight on it.
    func isUnused(_ position: UInt32) -> Bool {
        let (group, place) = find(position)
        return group.counts[place].load(ordering: .relaxed) & ~LeastBoard.open == 0
    }

    override func became(ready: Bool, _ position: UInt32) {
        let (group, place) = find(position)
        if ready {
            let count = group.counts[place].bitwiseOr(LeastBoard.open, ordering: .acquiringAndReleasing).newValue
            lower(position, group, to: count & ~LeastBoard.open)
        } else {
            group.counts[place].bitwiseAnd(~LeastBoard.open, ordering: .acquiringAndReleasing)
        }
    }

    // MARK: attempts

    override func started(_ position: UInt32) {
        let (group, place) = find(position)
        group.counts[place].wrappingAdd(1, ordering: .relaxed)
    }

    override func completed(_ position: UInt32) {
        let (group, place) = find(position)
        let count = group.counts[place].wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if count & LeastBoard.open != 0 { lower(position, group, to: count & ~LeastBoard.open) }
    }

    private func lower(_ position: UInt32, _ group: Group, to count: UInt32) {
        let block = Int(position) / LeastBoard.fan
        guard LeastBoard.lower(group.bounds[block % LeastBoard.fan], to: count),
            LeastBoard.lower(groupBounds[block / LeastBoard.fan], to: count)
        else { return }
        _ = LeastBoard.lower(root, to: count)
    }

    private func find(_ position: UInt32) -> (group: Group, place: Int) {
        let size = LeastBoard.fan * LeastBoard.fan
        return (groups[Int(position) / size], Int(position) % size)
    }
}

// MARK: picks

extension LeastBoard {
    /// One of the open endpoints with the fewest attempts in flight, at random; `nil` when none is open.
    func least(_ random: UInt64) -> SubchannelID? {
        let used = used.load(ordering: .acquiring)
        guard used > 0 else { return nil }
        let count = (used + LeastBoard.fan * LeastBoard.fan - 1) / (LeastBoard.fan * LeastBoard.fan)
        // Drawn among all positions: the last block and the last group may be smaller than the others.
        let first = Draws.index(random, below: used)
        let firstBlock = first / LeastBoard.fan % LeastBoard.fan
        // Each turn but the last raises a bound; others may lower them meanwhile.
        for _ in 0..<used / LeastBoard.fan * 2 + 64 {
            let whole = root.load(ordering: .acquiring)
            let group = LeastBoard.search(
                groupBounds, count, from: first / LeastBoard.fan / LeastBoard.fan, for: whole)
            guard group.bound < LeastBoard.open else { return nil }
            let top = groupBounds[group.place].load(ordering: .acquiring)
            guard group.bound <= UInt32(truncatingIfNeeded: whole) else {
                LeastBoard.raise(root, from: whole, to: group.bound)
                continue
            }
            let members = groups[group.place]
            let start = group.place * LeastBoard.fan * LeastBoard.fan
            let blocks = min(LeastBoard.fan, (used - start + LeastBoard.fan - 1) / LeastBoard.fan)
            let block = LeastBoard.search(members.bounds, blocks, from: firstBlock % blocks, for: top)
            let inner = members.bounds[block.place].load(ordering: .acquiring)
            guard block.bound <= UInt32(truncatingIfNeeded: top) else {
                LeastBoard.raise(groupBounds[group.place], from: top, to: block.bound)
                continue
            }
            let counts = members.counts + block.place * LeastBoard.fan
            let size = min(LeastBoard.fan, used - start - block.place * LeastBoard.fan)
            let found = LeastBoard.search(counts, size, from: first % LeastBoard.fan % size, for: inner)
            guard found.count <= UInt32(truncatingIfNeeded: inner) else {
                LeastBoard.raise(members.bounds[block.place], from: inner, to: found.count)
                continue
            }
            return id(members.ids[block.place * LeastBoard.fan + found.place])
        }
        return nil
    }

    /// The same among those that `call` has not tried; looks at all.
    func least(untriedBy call: borrowing PickContext) -> SubchannelID? {
        var best: (id: SubchannelID, count: UInt32)?
        for index in 0..<groupCount.load(ordering: .acquiring) {
            for place in 0..<LeastBoard.fan * LeastBoard.fan {
                let count = groups[index].counts[place].load(ordering: .relaxed) ^ LeastBoard.open
                guard count < best?.count ?? LeastBoard.open else { continue }
                let id = id(groups[index].ids[place])
                if !call.wasTried(id) { best = (id, count) }
            }
        }
        return best?.id
    }

    private func id(_ packed: borrowing Atomic<UInt64>) -> SubchannelID {
        let packed = packed.load(ordering: .relaxed)
        return SubchannelID(
            slot: UInt32(truncatingIfNeeded: packed &>> 32), generation: UInt32(truncatingIfNeeded: packed))
    }

    /// The first bound that is not above `goal`, or the lowest.
    private static func search(
        _ bounds: UnsafeMutablePointer<Atomic<UInt64>>, _ count: Int, from start: Int, for goal: UInt64
    ) -> (place: Int, bound: UInt32) {
        let goal = UInt32(truncatingIfNeeded: goal)
        var place = start
        var best = (place: place, bound: UInt32.max)
        for _ in 0..<count {
            let bound = UInt32(truncatingIfNeeded: bounds[place].load(ordering: .acquiring))
            if bound < best.bound {
                best = (place, bound)
                if bound <= goal { return best }
            }
            place = place + 1 == count ? 0 : place + 1
        }
        return best
    }

    /// The first open position with a count that is not above `goal`, or that with the lowest. Closed ones count as
    /// having more than any.
    private static func search(
        _ counts: UnsafeMutablePointer<Atomic<UInt32>>, _ size: Int, from start: Int, for goal: UInt64
    ) -> (place: Int, count: UInt32) {
        let goal = UInt32(truncatingIfNeeded: goal)
        var place = start
        var best = (place: place, count: UInt32.max)
        for _ in 0..<size {
            let count = counts[place].load(ordering: .acquiring) ^ open
            if count < best.count {
                best = (place, count)
                if count <= goal { return best }
            }
            place = place + 1 == size ? 0 : place + 1
        }
        return best
    }

    private static func raise(_ bound: borrowing Atomic<UInt64>, from seen: UInt64, to value: UInt32) {
        let raised = seen & ~0xffff_ffff | UInt64(value)
        _ = bound.compareExchange(expected: seen, desired: raised, ordering: .acquiringAndReleasing)
    }

    /// Whether the bound was above `value`.
    private static func lower(_ bound: borrowing Atomic<UInt64>, to value: UInt32) -> Bool {
        var seen = bound.load(ordering: .relaxed)
        while true {
            let old = UInt32(truncatingIfNeeded: seen)
            let next = (seen &>> 32 &+ 1) &<< 32 | UInt64(min(old, value))
            let result = bound.weakCompareExchange(
                expected: seen, desired: next, ordering: .acquiringAndReleasing)
            if result.exchanged { return value < old }
            seen = result.original
        }
    }

    private static func zeros(_ count: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let words = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: count)
        for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
        return words
    }
}
