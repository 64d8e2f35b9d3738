// SPDX-License-Identifier: Apache-2.0

/// Counts the streams that carried a message lately, without looking at each: a stream moves to the present tick with
/// its first message there, so that those of the last ticks are the ones that are active.
struct StreamActivity: Sendable {
    /// Half-seconds.
    static let ticksPerSecond: Int64 = 2
    /// The present tick, and two before it: the last second, and up to half of one more.
    private static let window: UInt32 = 3

    /// Of the ticks in the window, at the place of each.
    private var counts = (0, 0, 0)
    private var newest: UInt32 = 0

    static func tick(at nanoseconds: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: nanoseconds / (1_000_000_000 / ticksPerSecond))
    }

    /// A stream carried a message at `tick`, and the one before at `last`; `nil` for its first.
    mutating func carried(at tick: UInt32, last: UInt32?) {
        advance(to: tick)
        if let last { add(-1, at: last) }
        add(1, at: tick)
    }

    /// A stream has ended that carried its last message at `last`.
    mutating func ended(last: UInt32) { add(-1, at: last) }

    mutating func active(at tick: UInt32) -> Int {
        advance(to: tick)
        return max(0, counts.0) + max(0, counts.1) + max(0, counts.2)
    }

    private mutating func advance(to tick: UInt32) {
        guard tick > newest else { return }
        if tick - newest >= StreamActivity.window {
            counts = (0, 0, 0)
        } else {
            for passed in newest + 1...tick { set(0, at: passed) }
        }
        newest = tick
    }

    /// One that is not in the window was forgotten already.
    private mutating func add(_ change: Int, at tick: UInt32) {
        guard newest &- tick < StreamActivity.window else { return }
        switch tick % StreamActivity.window {
        case 0: counts.0 += change
        case 1: counts.1 += change
        default: counts.2 += change
        }
    }

    private mutating func set(_ count: Int, at tick: UInt32) {
        switch tick % StreamActivity.window {
        case 0: counts.0 = count
        case 1: counts.1 = count
        default: counts.2 = count
        }
    }
}
