// SPDX-License-Identifier: Apache-2.0
internal import CSkein

/// Nanoseconds of a clock that never goes back: when an attempt was picked, answered, or a server reported.
///
/// One word, since a pick reads and compares it.
package struct PickTime: Sendable, Hashable, Comparable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static var now: PickTime { PickTime(nanoseconds: skein_steady_clock()) }

    /// Since `earlier`; 0 when that is later, as instants taken on two threads may be.
    package func seconds(since earlier: PickTime) -> Double {
        self < earlier ? 0 : Double(nanoseconds &- earlier.nanoseconds) * 1e-9
    }

    package func adding(seconds: Double) -> PickTime {
        PickTime(nanoseconds: nanoseconds &+ UInt64(max(0, seconds) * 1e9))
    }

    package static func < (a: PickTime, b: PickTime) -> Bool { a.nanoseconds < b.nanoseconds }
}
