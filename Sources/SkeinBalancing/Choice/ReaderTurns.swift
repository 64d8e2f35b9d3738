// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// A way around `count` places for each thread that picks, 64 bytes apart from the others.
///
/// Each starts at a random place and goes in steps that visit every place once a round. Threads that came after it was
/// made may share a way, and then now and then get the same place.
final class ReaderTurns: @unchecked Sendable {  // owns its memory; what changes in it is atomic
    enum Step {
        /// Drawn for each thread: threads on the same way would soon follow each other from place to place and wait
        /// for the same lines of cache.
        case random
        /// From each place to the next.
        case one
        /// So that any number of steps in a row is spread evenly over all places (the golden ratio of `count`).
        case even
    }

    private struct Turn: ~Copyable {
        let place: Atomic<UInt32>
        let step: UInt32
        private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)

        init(place: UInt32, step: UInt32) {
            self.place = Atomic(place)
            self.step = step
        }
    }

    private let count: UInt32
    private let turns: UnsafeMutablePointer<Turn>
    private let mask: UInt32

    /// `count` is at least 1.
    init(around count: Int, by step: Step = .random, readers: Int, random: inout SplitMix64) {
        self.count = UInt32(clamping: count)
        var capacity = 8
        while capacity < min(readers, 256) { capacity *= 2 }
        mask = UInt32(capacity - 1)
        // Its own numbers, so that what is drawn later does not depend on how many threads there are.
        var random = SplitMix64(seed: random.next())
        turns = UnsafeMutableRawPointer.allocate(byteCount: 64 * capacity, alignment: 64)
            .bindMemory(to: Turn.self, capacity: capacity)
        for index in 0..<capacity {
            let place = UInt32.random(in: 0..<self.count, using: &random)
            (turns + index).initialize(
                to: Turn(place: place, step: ReaderTurns.step(step, around: self.count, &random)))
        }
    }

    deinit { UnsafeMutableRawPointer(turns).deallocate() }

    func next(_ reader: UInt32) -> Int {
        let turn = turns + Int(reader & mask)
        let place = turn.pointee.place.load(ordering: .relaxed)
        let (left, step) = (count - place, turn.pointee.step)
        turn.pointee.place.store(step < left ? place + step : step - left, ordering: .relaxed)
        return Int(place)
    }

    /// A step that has no divisor in common with `count`.
    private static func step(_ step: Step, around count: UInt32, _ random: inout SplitMix64) -> UInt32 {
        guard count > 2 else { return 1 }
        switch step {
        case .one: return 1
        case .even:
            var step = max(1, UInt32(Double(count) * 0.618_033_988_749_895))
            while !areCoprime(count, step) { step -= 1 }
            return step
        case .random:
            while true {
                let step = UInt32.random(in: 1..<count, using: &random)
                if areCoprime(count, step) { return step }
            }
        }
    }

    private static func areCoprime(_ one: UInt32, _ other: UInt32) -> Bool {
        var (a, b) = (one, other)
        while b > 0 { (a, b) = (b, a % b) }
        return a == 1
    }
}
