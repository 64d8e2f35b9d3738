// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Logging
internal import NIOCore
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// One memcached server, and what is done with the keys of a service there.
final class MemcachedServer: Sendable {
    /// How often the index is written again when others change it at the same time.
    static let attempts = 20
    /// The longest wait before the second attempt and before the last.
    static let waits: ClosedRange<Duration> = .milliseconds(2)...(.milliseconds(200))

    private struct State: Sendable {
        var random: SplitMix64
        var backoff = FullJitter()
        var restsUntil: Duration = .zero
    }

    let node: RegistryTarget.Node
    private let connector: WireConnector
    private let credentials: (user: String, password: String)?
    private let layout: MemcachedLayout
    private let slot = ConnectionSlot<WireConnection<MemcachedCodec>>(isOpen: \.isOpen, close: { $0.close() })
    private let state: Mutex<State>
    private let now: @Sendable () -> Duration
    private let added = Atomic(0)

    init(
        _ node: RegistryTarget.Node, _ connector: WireConnector, credentials: (String, String)?,
        _ layout: MemcachedLayout
    ) {
        self.node = node
        self.connector = connector
        self.credentials = credentials
        self.layout = layout
        state = Mutex(State(random: SplitMix64(seed: connector.context.seed)))
        now = connector.context.clock.elapsed
    }

    /// Whether it failed, and is better asked again later.
    var isResting: Bool { state.withLock(\.restsUntil) > now() }

    func close() { slot.clear() }

    /// The replies to requests that are sent together; throws when one is an error.
    private nonisolated(nonsending) func replies(to requests: [MemcachedRequest]) async throws -> [MemcachedReply] {
        let replies: [MemcachedReply]
        do {
            replies = try await ask(slot.current(open), requests)
        } catch {
            // Also when it was cancelled: who does that may have waited too long for this server.
            failed()
            throw error
        }
        state.withLock { state in
            state.backoff.succeeded()
            state.restsUntil = .zero
        }
        for case .error(let text) in replies { throw RPCError(.internal, "ask \(node): \(text)") }
        return replies
    }

    /// Those who asked at the same time are one failure.
    private func failed() {
        let now = now()
        state.withLock { state in
            if now >= state.restsUntil { state.restsUntil = now + state.backoff.failed(&state.random) }
        }
    }

    private nonisolated(nonsending) func open() async throws -> WireConnection<MemcachedCodec> {
        let connection = try await connector.connect(to: node, MemcachedCodec())
        guard let credentials else { return connection }
        let request = MemcachedRequest.credentials(user: credentials.user, password: credentials.password)
        guard try await ask(connection, [request]) == [.done] else {
            connection.close()
            throw RPCError(.unauthenticated, "ask \(node): the credentials are wrong")
        }
        return connection
    }

    private nonisolated(nonsending) func ask(
        _ connection: WireConnection<MemcachedCodec>, _ requests: [MemcachedRequest]
    ) async throws -> [MemcachedReply] {
        var bytes = ByteBuffer()
        for request in requests { request.write(&bytes) }
        return try await connection.ask(bytes, replies: requests.count)
    }

    private nonisolated(nonsending) func reply(to request: MemcachedRequest) async throws -> MemcachedReply {
        try await replies(to: [request]).first ?? .missing
    }
}

// MARK: instances

extension MemcachedServer {
    /// `false`: the mode kept it from being written.
    nonisolated(nonsending) func write(
        _ instance: ServiceInstance, _ ttl: Duration, _ mode: MemcachedRequest.Mode
    ) async throws -> Bool {
        let name = MemcachedLayout.name(instance.id)
        let key = try layout.key(instance.service, name: name)
        let json = try MemcachedLayout.json(instance, written: Int64(Date().timeIntervalSince1970 * 1000))
        // Rounded up; and more than 30 days would be taken for a date.
        let seconds = ttl.components.seconds + (ttl.components.attoseconds > 0 ? 1 : 0)
        let time = Int(min(max(1, seconds), 30 * 24 * 3600))
        guard try await reply(to: .store(key, value: json, ttl: time, mode)) == .done else { return false }
        // Also in a renewal: the index may have been forgotten, or written by one that did not see this id yet.
        try await changeIndex(of: instance.service) { names in
            guard !names.contains(name) else { return nil }
            return try await pruned(names, instance.service) + [name]
        }
        return true
    }

    nonisolated(nonsending) func remove(_ instance: ServiceInstance) async throws {
        let name = MemcachedLayout.name(instance.id)
        _ = try await reply(to: .delete(try layout.key(instance.service, name: name)))
        try await changeIndex(of: instance.service) { names in
            names.contains(name) ? names.filter { $0 != name } : nil
        }
    }

    nonisolated(nonsending) func list(_ service: String) async throws -> [MemcachedLayout.Record] {
        guard case .value(let index, _) = try await reply(to: .get(try layout.index(service))) else { return [] }
        return try await values(MemcachedLayout.names(in: index), service).compactMap { name, json in
            do {
                return try JSONDecoder().decode(MemcachedLayout.Record.self, from: Data(json))
            } catch {
                connector.context.logger.warning("leave out \(name) of \(service) at \(node): \(error)")
                return nil
            }
        }
    }

    /// What is known under these names; those that expired are missing.
    private nonisolated(nonsending) func values(
        _ names: [String], _ service: String
    ) async throws -> [(name: String, value: [UInt8])] {
        let requests = try names.map { MemcachedRequest.get(try layout.key(service, name: $0)) }
        return zip(names, try await replies(to: requests)).compactMap { name, reply in
            if case .value(let value, _) = reply { (name, value) } else { nil }
        }
    }

    /// The names without those of instances that are gone: looked up now and then, and by each server that starts.
    private nonisolated(nonsending) func pruned(_ names: [String], _ service: String) async throws -> [String] {
        guard added.wrappingAdd(1, ordering: .relaxed).oldValue % 16 == 0 else { return names }
        return try await values(names, service).map(\.name)
    }

    /// Changes the names in a service's index, unless `change` returns `nil`. Somebody else may change it in between:
    /// then it is read again after a short random time.
    private nonisolated(nonsending) func changeIndex(
        of service: String, _ change: ([String]) async throws -> [String]?
    ) async throws {
        let key = try layout.index(service)
        for attempt in 0..<MemcachedServer.attempts {
            var (names, mode): ([String], MemcachedRequest.Mode) = ([], .add)
            if case .value(let index, let cas) = try await reply(to: .get(key)) {
                (names, mode) = (MemcachedLayout.names(in: index), .unchanged(cas))
            }
            guard let changed = try await change(names) else { return }
            let text = changed.joined(separator: " ")
            if try await reply(to: .store(key, value: text, ttl: 0, mode)) == .done { return }
            let (least, most) = (MemcachedServer.waits.lowerBound, MemcachedServer.waits.upperBound)
            let longest = min(least * (1 << min(attempt, 10)), most)
            let part = state.withLock { Double.random(in: 0...1, using: &$0.random) }
            try await connector.context.clock.sleep(for: longest * part)
        }
        throw RPCError(
            .aborted, "write \(key) at \(node): others changed it \(MemcachedServer.attempts) times meanwhile")
    }
}
