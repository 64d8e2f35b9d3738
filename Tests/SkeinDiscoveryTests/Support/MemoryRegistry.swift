// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import Synchronization

/// A registry in this process, whose failures tests decide.
struct MemoryRegistry: ServiceRegistry {
    static let schemes = ["memory"]
    static let defaultPort = 1

    /// What stands behind all registries of a test with the same host name.
    final class Store: Sendable {
        struct State {
            var instances:
                [String: [String: (instance: ServiceInstance, lease: LeaseID, until: ContinuousClock.Instant)]] = [:]
            var revision = 0
            var nextLease = 0
            var failure: RPCError?
            /// How late it says that an instance is registered.
            var delay: Duration = .zero
            /// What happens before it says that an instance is deregistered.
            var onDeregistration: @Sendable () async -> Void = {}
            var lists = 0
            var note = ""
            /// Whether lists are not answered.
            var hangs = false
            var watchers: [Int: (service: String, feed: ChangeFeed)] = [:]
        }

        static let all = Mutex<[String: Store]>([:])
        let state = Mutex(State())

        static func named(_ name: String) -> Store {
            all.withLock { all in
                if let store = all[name] { return store }
                let store = Store()
                all[name] = store
                return store
            }
        }

        func fail(with error: RPCError?) { state.withLock { $0.failure = error } }
        func answer(after delay: Duration) { state.withLock { $0.delay = delay } }
        func beforeDeregistration(_ body: @escaping @Sendable () async -> Void) {
            state.withLock { $0.onDeregistration = body }
        }
        func holds(_ service: String) -> Bool { state.withLock { $0.instances[service]?.isEmpty == false } }
        func note(_ text: String) { state.withLock { $0.note = text } }
        func hang(_ hangs: Bool) { state.withLock { $0.hangs = hangs } }
        var lists: Int { state.withLock(\.lists) }

        /// Forgets everything and tells nobody.
        func forget() { state.withLock { $0.instances = [:] } }
    }

    let store: Store
    var traits = RegistryTraits()

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        guard let node = location.nodes.first else { throw location.error("a host") }
        store = Store.named(node.host)
        traits.guardsShrinking = try location.flag("guards", or: false)
        traits.tellsChanges = try location.flag("tells", or: true)
        if !traits.tellsChanges { traits.pollInterval = .milliseconds(100)...(.milliseconds(200)) }
    }

    private func change<Value>(_ body: (inout Store.State) throws -> Value) throws -> Value {
        try store.state.withLock { state in
            if let failure = state.failure { throw failure }
            let now = ContinuousClock.now
            for service in state.instances.keys {
                state.instances[service] = state.instances[service]?.filter { $0.value.until > now }
            }
            return try body(&state)
        }
    }

    func list(_ service: String) async throws -> Listing {
        while store.state.withLock(\.hangs) { try await Task.sleep(for: .milliseconds(20)) }
        return try change { state in
            state.lists += 1
            let instances = state.instances[service, default: [:]].values.map(\.instance)
            return Listing(
                instances.sorted { $0.id < $1.id }, revision: Revision("\(state.revision)"), note: state.note)
        }
    }

    func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws {
        let id = try change { state in
            state.nextLease += 1
            state.watchers[state.nextLease] = (service, feed)
            return state.nextLease
        }
        feed(.listed(try await list(service)))
        defer { store.state.withLock { $0.watchers[id] = nil } }
        while true {
            try await Task.sleep(for: .milliseconds(20))
            if let failure = store.state.withLock(\.failure) { throw failure }
        }
    }

    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID {
        let (lease, feeds, delay) = try change { state in
            state.nextLease += 1
            let lease = LeaseID("\(state.nextLease)")
            state.instances[instance.service, default: [:]][instance.id] = (instance, lease, .now + ttl)
            let watchers = state.watchers.values.filter { $0.service == instance.service }
            return (lease, watchers.map(\.feed), state.delay)
        }
        for feed in feeds { feed(.updated([instance], removed: [])) }
        try await Task.sleep(for: delay)
        return lease
    }

    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        try change { state in
            guard state.instances[instance.service]?[instance.id]?.lease == lease else { return .lost }
            state.instances[instance.service]?[instance.id]?.until = .now + ttl
            return .renewed
        }
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        let feeds = try change { state in
            guard state.instances[instance.service]?[instance.id]?.lease == lease else { return [ChangeFeed]() }
            state.instances[instance.service]?[instance.id] = nil
            return state.watchers.values.filter { $0.service == instance.service }.map(\.feed)
        }
        for feed in feeds { feed(.updated([], removed: [instance.id])) }
        let told = store.state.withLock { $0.onDeregistration }
        await told()
    }
}
