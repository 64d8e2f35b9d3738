// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution
internal import Synchronization

/// What a server says has changed, until somebody looks. A key that changes often is named once.
final class ChangedKeys: Sendable {
    enum Change: Sendable, Hashable {
        /// Sorted.
        case keys([String])
        /// More than can be named.
        case everything
    }

    /// More keys than that, or more bytes in them, are as good as all.
    static let maxKeys = 10_000
    static let maxBytes = 2 << 20

    private struct State {
        var keys: Set<String> = []
        var bytes = 0
        var isEverything = false
        var failure: (any Error)?

        mutating func set(everything: Bool) { (keys, bytes, isEverything) = ([], 0, everything) }
    }

    /// Is set when there is something to look at.
    let signal: Signal
    private let state = Mutex(State())

    init(clock: any Clock<Duration>) { signal = Signal(clock: clock) }

    func add(_ keys: [String]) {
        state.withLock { state in
            guard !state.isEverything else { return }
            for key in keys where state.keys.insert(key).inserted { state.bytes += key.utf8.count }
            if state.keys.count > ChangedKeys.maxKeys || state.bytes > ChangedKeys.maxBytes {
                state.set(everything: true)
            }
        }
        signal.set()
    }

    func addEverything() {
        state.withLock { $0.set(everything: true) }
        signal.set()
    }

    /// Nothing more will be told.
    func fail(_ error: any Error) {
        state.withLock { $0.failure = $0.failure ?? error }
        signal.set()
    }

    /// What has changed since the last call.
    func next() throws -> Change {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            defer { state.set(everything: false) }
            return state.isEverything ? .everything : .keys(state.keys.sorted())
        }
    }
}
