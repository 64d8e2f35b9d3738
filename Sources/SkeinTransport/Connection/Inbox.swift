// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Commands from any thread to one event loop, with one wake-up per batch.
package final class Inbox<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var isAwake = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds `item`; whether the receiver must be woken, because nobody has done so since it last took the items.
    package func post(_ item: Item) -> Bool {
        state.withLock { state in
            state.items.append(item)
            defer { state.isAwake = true }
            return !state.isAwake
        }
    }

    /// Moves all items into `batch`, which must be empty: the two arrays change places, so that none is allocated.
    package func take(into batch: inout [Item]) {
        batch = state.withLock { [batch] state in
            state.isAwake = false
            let items = state.items
            state.items = batch
            return items
        }
    }
}
