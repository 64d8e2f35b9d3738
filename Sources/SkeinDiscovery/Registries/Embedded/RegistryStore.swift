// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// The book of an embedded registry, shared by all calls: who watches is woken by changes, and a file is kept up to date.
final class RegistryStore: Sendable {
    private struct State {
        var book: RegistryBook
        var watchers: [Int: Signal] = [:]
        var nextWatcher = 0
        var isClosed = false
        /// Counts what the file has to hold.
        var version = 0
        /// Whether leases have ended that the file still has.
        var hasUnsavedEnd = false
    }

    /// A registry that was started again has another: its revisions say nothing about those before.
    let history: String
    private let state: Mutex<State>
    private let file: RegistryFile?
    private let now: @Sendable () -> Duration
    private let clock: any Clock<Duration>

    /// Reads the file, if there is one.
    init(
        _ file: RegistryFile?, limits: RegistryBook.Limits = .init(), clock: any Clock<Duration> = ContinuousClock()
    ) throws(ConfigurationError) {
        var book = RegistryBook(limits, firstLease: .random(in: 1 ... .max / 2))
        for lease in try file?.load() ?? [] { book.restore(lease, at: .zero) }
        state = Mutex(State(book: book))
        history = String(UInt64.random(in: 0 ... .max), radix: 36)
        self.file = file
        self.clock = clock
        now = clock.elapsed
    }

    /// The result stands in the file when this returns.
    nonisolated(nonsending) func register(_ instance: ServiceInstance, ttl: Duration) async throws -> UInt64 {
        let lease = try change { book, now throws(RPCError) in (try book.register(instance, ttl: ttl, at: now), true) }
        await save()
        return lease
    }

    nonisolated(nonsending) func renew(_ lease: UInt64) async -> Bool {
        let isKnown = change { book, now in (book.renew(lease, at: now), false) }
        await saveEnds()
        return isKnown
    }

    nonisolated(nonsending) func deregister(_ lease: UInt64) async {
        let wasKnown = change { book, _ in
            let wasKnown = book.deregister(lease)
            return (wasKnown, wasKnown)
        }
        if wasKnown { await save() }
    }

    func list(_ service: String) -> (instances: [ServiceInstance], revision: UInt64) {
        change { book, _ in ((book.instances(of: service), book.revision), false) }
    }

    /// Calls `tell` for what happens to a service, one time after the other, until the task is cancelled, the store is
    /// closed, or it throws.
    nonisolated(nonsending) func watch(
        _ service: String, after revision: UInt64, _ tell: (RegistryBook.Changes) async throws -> Void
    ) async throws {
        let changed = Signal(clock: clock)
        let id = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = changed
            return state.nextWatcher
        }
        defer { state.withLock { $0.watchers[id] = nil } }
        var revision = revision
        while true {
            let (changes, expiry) = change { book, now in
                ((book.changes(of: service, after: revision), book.nextExpiry.map { max(.zero, $0 - now) }), false)
            }
            await saveEnds()
            guard let changes else {
                throw RPCError(.outOfRange, "watch \(service) after revision \(revision): that history is not known")
            }
            if !changes.updated.isEmpty || !changes.removed.isEmpty { try await tell(changes) }
            revision = changes.revision
            if state.withLock(\.isClosed) { throw RPCError(.unavailable, "watch \(service): the registry shuts down") }
            try await changed.wait(atMost: expiry)
        }
    }

    /// Ends all watches.
    func close() {
        let watchers = state.withLock { state in
            state.isClosed = true
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.set() }
    }

    /// Leases that are over are never seen. `body` also says whether it changed something.
    private func change<Value, Failure: Error>(
        _ body: (inout RegistryBook, Duration) throws(Failure) -> (Value, Bool)
    ) throws(Failure) -> Value {
        let now = now()
        let (value, watchers) = try state.withLock { state throws(Failure) in
            let hasExpired = state.book.expire(at: now)
            let (value, isChanged) = try body(&state.book, now)
            guard hasExpired || isChanged else { return (value, [Signal]()) }
            state.version += 1
            if hasExpired { state.hasUnsavedEnd = file != nil }
            return (value, Array(state.watchers.values))
        }
        for watcher in watchers { watcher.set() }
        return value
    }

    /// Leases that have ended by themselves would be back after a restart.
    private nonisolated(nonsending) func saveEnds() async {
        if state.withLock(\.hasUnsavedEnd) { await save() }
    }

    private nonisolated(nonsending) func save() async {
        guard let file else { return }
        let (leases, version) = state.withLock { state in
            state.hasUnsavedEnd = false
            return (state.book.allLeases, state.version)
        }
        await file.store(leases, version: version)
    }
}
