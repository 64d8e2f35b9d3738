// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A connection that is opened by whoever needs it first, and used by all until it is closed.
final class ConnectionSlot<Value: Sendable>: Sendable {
    private let isOpen: @Sendable (Value) -> Bool
    private let close: @Sendable (Value) -> Void
    private let state = Mutex<Value?>(nil)
    private let turn = Turn()

    init(isOpen: @escaping @Sendable (Value) -> Bool, close: @escaping @Sendable (Value) -> Void) {
        self.isOpen = isOpen
        self.close = close
    }

    deinit { clear() }

    /// The one that is open, else what `open` returns.
    nonisolated(nonsending) func current(_ open: () async throws -> Value) async throws -> Value {
        if let value = existing { return value }
        return try await turn.take {
            if let value = existing { return value }
            let value = try await open()
            state.withLock { $0 = value }
            return value
        }
    }

    var existing: Value? { state.withLock { $0.flatMap { isOpen($0) ? $0 : nil } } }

    /// Closes what is open.
    func clear() {
        if let value = state.withLock({ $0.take() }) { close(value) }
    }
}
