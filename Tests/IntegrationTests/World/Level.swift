// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How many are inside at once.
final class Level: Sendable {
    private let inside = Atomic(0)

    var current: Int { inside.load(ordering: .relaxed) }

    /// The number inside with the one that enters.
    @discardableResult
    func enter() -> Int { inside.wrappingAdd(1, ordering: .relaxed).newValue }
    func leave() { inside.wrappingSubtract(1, ordering: .relaxed) }
}
