// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The streams of reports that are open, to end them with the server.
final class LoadStreams: Sendable {
    typealias Ticks = AsyncStream<Void>

    private struct State {
        var open: [Int: Ticks.Continuation] = [:]
        var last = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// A new stream: it sends a report at each tick until there are no more.
    func add() -> (id: Int, ticks: Ticks, source: Ticks.Continuation) {
        let (ticks, source) = Ticks.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (id, hasEnded) = state.withLock { state in
            state.last += 1
            state.open[state.last] = source
            return (state.last, state.hasEnded)
        }
        if hasEnded { source.finish() }
        return (id, ticks, source)
    }

    func remove(_ id: Int) { state.withLock { _ = $0.open.removeValue(forKey: id) } }

    var count: Int { state.withLock { $0.open.count } }

    func end() {
        let open = state.withLock { state in
            state.hasEnded = true
            return state.open.values.map { $0 }
        }
        for source in open { source.finish() }
    }
}
