// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// What is known of a watched service: written by the task that asks the registry, read by the one that publishes.
final class WatchBoard: Sendable {
    /// What is published, when it differs from what was.
    struct Output: Sendable, Hashable {
        var entries: [ListGuard.Entry]?
        /// What stands under the key of the service config; `nil`: nothing, or the target names no key.
        var config: String?
        /// How many clients share the instances; `nil`: unknown, or the target names no service of clients.
        var clients: Int?
        var status: DiscoveryStatus
    }

    private struct State {
        var table = InstanceTable()
        var guarded: ListGuard
        var note = ""
        var config: String?
        var clients: Int?
        /// Whether nobody has looked for the config yet: a channel must not begin without it.
        var awaitsConfig: Bool
        /// Whether nobody has looked for the clients yet: a channel should not connect to all instances first.
        var awaitsClients: Bool
        var failure: String?
        var cached: [ServiceInstance]?
        var published: Output?
    }

    /// How long a registry may take until the list of an earlier run is used.
    static let patience: Duration = .seconds(2)

    private let state: Mutex<State>
    private let target: String
    private let now: @Sendable () -> Duration
    /// Set when something may have to be published.
    let changed: Signal

    init(
        _ limits: ListGuard.Limits, target: String, cached: [ServiceInstance]?, hasConfig: Bool = false,
        hasClients: Bool = false, clock: any Clock<Duration>
    ) {
        state = Mutex(
            State(
                guarded: ListGuard(limits), awaitsConfig: hasConfig, awaitsClients: hasClients, cached: cached))
        self.target = target
        now = clock.elapsed
        changed = Signal(clock: clock)
    }

    func listed(_ listing: Listing) {
        update { state in
            state.table.replace(listing.instances)
            state.note = listing.note
        }
    }

    func updated(_ instances: [ServiceInstance], removed: [String]) {
        update { $0.table.update(instances, removed: removed) }
    }

    /// The service config was read: `nil` where there is none.
    func configured(_ text: String?) {
        state.withLock { ($0.config, $0.awaitsConfig) = (text, false) }
        changed.set()
    }

    /// It could not be read; what was read before holds.
    func unconfigured() {
        state.withLock { $0.awaitsConfig = false }
        changed.set()
    }

    /// So many clients share the instances; `nil`: that is not known yet.
    func counted(clients: Int?) {
        state.withLock { ($0.clients, $0.awaitsClients) = (clients, false) }
        changed.set()
    }

    func failed(_ error: any Error) {
        let now = now()
        state.withLock { state in
            state.guarded.failed(at: now)
            state.failure = "\(error)"
        }
        changed.set()
    }

    private func update(_ body: (inout State) -> Void) {
        let now = now()
        state.withLock { state in
            body(&state)
            state.failure = nil
            state.guarded.listed(state.table.all, at: now)
        }
        changed.set()
    }

    /// How long until something changes by itself.
    var untilNextChange: Duration? {
        let now = now()
        return state.withLock { state in
            let waitsForRegistry = state.published == nil && state.cached != nil && now < WatchBoard.patience
            let next = waitsForRegistry ? WatchBoard.patience : state.guarded.nextChange(after: now)
            return next.map { max(.zero, $0 - now) }
        }
    }

    /// Whether nothing was ever published, so that somebody may be waiting.
    var isFirst: Bool { state.withLock { $0.published == nil } }

    /// What to publish now; `nil` when it is what was published before.
    func take() -> Output? {
        let now = now()
        return state.withLock { state in
            state.guarded.passed(to: now)
            if state.awaitsConfig || state.awaitsClients { return nil }
            let output = output(state, now)
            var known = output
            // The age grows by itself; that is no news.
            known.status.unreachableFor = state.guarded.unreachableSince
            guard known != state.published else { return nil }
            state.published = known
            return output
        }
    }

    private func output(_ state: State, _ now: Duration) -> Output {
        var entries = state.guarded.entries(at: now)
        let isCached = entries == nil && state.cached != nil
        if isCached { entries = state.cached?.map { ListGuard.Entry(instance: $0, standing: .unconfirmed) } }
        let kept = state.guarded.keptCount
        let status = DiscoveryStatus(
            target: target, listed: (entries?.count ?? 0) - kept, kept: kept,
            unreachableFor: state.guarded.unreachableSince.map { now - $0 }, failure: state.failure, isCached: isCached,
            note: note(state))
        return Output(entries: entries, config: state.config, clients: state.clients, status: status)
    }

    private func note(_ state: State) -> String {
        guard state.table.isFull else { return state.note }
        let more = "more than \(InstanceTable.limit) instances: the others are left out"
        return state.note.isEmpty ? more : "\(state.note); \(more)"
    }
}
