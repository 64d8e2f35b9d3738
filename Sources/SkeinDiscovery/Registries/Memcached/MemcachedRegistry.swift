// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore

/// Instances as keys that expire in memcached. The servers know nothing of each other: each registration is made at all
/// of them, and a list is what any of them knows. As long as one answers, it works.
struct MemcachedRegistry: ServiceRegistry {
    static let schemes = ["memcached"]
    static let defaultPort = 11211

    let traits: RegistryTraits
    private let servers: [MemcachedServer]
    private let context: RegistryContext

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(["poll"] + RegistryTLS.parameters)
        let seconds = location.query["poll"] ?? "2"
        guard let poll = Double(seconds), (0.05...3600).contains(poll) else {
            throw location.error("seconds from 0.05 to 3600 for poll")
        }
        let interval: ClosedRange<Duration> = .seconds(poll)...(.seconds(poll * 1.5))
        traits = RegistryTraits(
            tellsChanges: false, pollInterval: interval, propagation: interval.upperBound + .milliseconds(500),
            guardsShrinking: true)
        self.context = context
        let limits = WireLimits(connect: .seconds(1), exchange: .seconds(2))
        let connector = WireConnector(tls: try .of(location), context: context, limits: limits)
        let layout = MemcachedLayout(path: location.path)
        let credentials = location.user.map { ($0, location.password ?? "") }
        let nodes = location.nodes.isEmpty ? [.init(host: "127.0.0.1", port: Self.defaultPort)] : location.nodes
        servers = nodes.map { MemcachedServer($0, connector, credentials: credentials, layout) }
    }

    func close() async { for server in servers { server.close() } }

    func list(_ service: String) async throws -> Listing {
        let (lists, failures) = try await everywhere { try await $0.list(service) }
        let note = failures == 0 ? "" : "\(failures) of \(servers.count) servers do not answer"
        return Listing(MemcachedLayout.union(lists), note: note)
    }

    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID {
        _ = try await everywhere { try await $0.write(instance, ttl, .set) }
        return LeaseID(instance.id)
    }

    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        let (written, _) = try await everywhere { try await $0.write(instance, ttl, .replace) }
        guard written.contains(true) else { return .lost }
        // A server that has forgotten it while others have not was started again.
        if written.contains(false) { _ = try await everywhere { try await $0.write(instance, ttl, .set) } }
        return .renewed
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        // There is no later exchange that would mend what is left out.
        _ = try await everywhere(sparesResting: false) { try await $0.remove(instance) }
    }

    /// What `body` returns for the servers that answer, and how many do not. Throws when none does. Those that rest
    /// after a failure are spared as long as another answers.
    private nonisolated(nonsending) func everywhere<Value: Sendable>(
        sparesResting: Bool = true, _ body: @escaping @Sendable (MemcachedServer) async throws -> Value
    ) async throws -> (values: [Value], failures: Int) {
        let isSpared = Dictionary(grouping: servers) { sparesResting && $0.isResting }
        var results = await answers(of: isSpared[false] ?? [], body)
        try Task.checkCancellation()
        if !results.contains(where: { (try? $0.get()) != nil }) {
            results += await answers(of: isSpared[true] ?? [], body)
            try Task.checkCancellation()
        }
        let values = results.compactMap { try? $0.get() }
        for case .failure(let error) in results {
            guard !values.isEmpty else { throw error }
            context.logger.warning("do without a memcached server: \(error)")
        }
        return (values, servers.count - values.count)
    }

    private nonisolated(nonsending) func answers<Value: Sendable>(
        of servers: [MemcachedServer], _ body: @escaping @Sendable (MemcachedServer) async throws -> Value
    ) async -> [Result<Value, any Error>] {
        await withTaskGroup(of: Result<Value, any Error>.self) { group in
            for server in servers {
                group.addTask {
                    do { return .success(try await body(server)) } catch { return .failure(error) }
                }
            }
            var results: [Result<Value, any Error>] = []
            for await result in group { results.append(result) }
            return results
        }
    }
}
