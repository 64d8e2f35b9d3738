// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import Synchronization

/// etcd v3: `etcd://host:2379,host:2379/service`, perhaps with a path in front of the service.
///
/// Instances stand where grpc-go's resolver for etcd looks for them. Parameters: those of TLS, and
/// `config`, the key of a service config. `user:password@` in front
/// of the hosts authenticates.
struct EtcdRegistry: ServiceRegistry {
    static let schemes = ["etcd"]
    static let defaultPort = 2379

    /// Long enough to ask three servers that are silent, and then one of them for what it knows alone.
    let traits = RegistryTraits(timeout: .seconds(15))
    let client: EtcdClient
    private let layout: EtcdLayout
    private let logger: Logger
    private let place: String
    private let seen = NewestRevision()

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(RegistryTLS.parameters + ["config"])
        let fallback = RegistryTarget.Node(host: "127.0.0.1", port: EtcdRegistry.defaultPort)
        let rotation = NodeRotation(location, or: fallback, seed: context.seed)
        var user: (name: String, password: String)?
        if let name = location.user {
            guard let password = location.password, !name.isEmpty else {
                throw location.error("user:password before @")
            }
            user = (name, password)
        }
        client = EtcdClient(NodeChannels(rotation, try RegistryTLS.of(location)), user: user)
        layout = EtcdLayout(prefix: location.path)
        logger = context.logger
        place = "\(location)"
    }

    /// Asks for what the majority knows. Where there is none, what one server knows is better than nothing, as long as
    /// it is not older than what was seen before.
    nonisolated(nonsending) func list(_ service: String) async throws -> Listing {
        let (key, end) = layout.range(of: service)
        var request = Etcdserverpb_RangeRequest(key: key, rangeEnd: end)
        do {
            return listing(
                try await client.unary(Etcdserverpb_KV.Methods.range, request, timeout: .seconds(3)), service)
        } catch {
            try Task.checkCancellation()
            guard EtcdRegistry.isWithoutMajority(error) else { throw error }
            request.serializable = true
            let reply = try? await client.unary(Etcdserverpb_KV.Methods.range, request, timeout: .seconds(1))
            guard let reply, seen.isCurrent(reply.header?.revision ?? 0) else { throw error }
            var listing = listing(reply, service)
            listing.note = "etcd has no leader; one of its servers says so"
            return listing
        }
    }

    private static func isWithoutMajority(_ error: any Error) -> Bool {
        switch (error as? RPCError)?.code {
        case .unavailable, .deadlineExceeded, .unknown: true
        default: false
        }
    }

    private func listing(_ reply: Etcdserverpb_RangeResponse, _ service: String) -> Listing {
        let revision = reply.header?.revision ?? 0
        seen.saw(revision)
        return Listing(
            reply.kvs.compactMap { instance($0, service) }, revision: Revision("\(revision)"),
            note: reply.kvs.isEmpty ? "no key in etcd starts with \(layout.start(of: service))" : "")
    }

    func instance(_ pair: Mvccpb_KeyValue, _ service: String) -> ServiceInstance? {
        if let instance = layout.instance(pair.key, pair.value, of: service) { return instance }
        let key = JSONValue.quoted(String(decoding: pair.key, as: UTF8.self))
        logger.warning("leave out \(key) in \(place): expected {\"Op\":0,\"Addr\":\"host:port\",\"Metadata\":…}")
        return nil
    }

    nonisolated(nonsending) func watch(
        _ service: String, after revision: Revision, _ feed: ChangeFeed
    ) async throws {
        guard let start = Int64(revision.text) else { return }
        let (key, end) = layout.range(of: service)
        try await client.watch(key, end: end, after: start) { events in
            deliver(events, service, feed)
            return true
        }
    }

    private func deliver(_ events: [Mvccpb_Event], _ service: String, _ feed: ChangeFeed) {
        var updated: [ServiceInstance] = []
        var removed: [String] = []
        for pair in EtcdWatch.last(of: events) {
            guard let id = layout.id(in: pair.key, of: service) else { continue }
            if !pair.value.isEmpty, let instance = instance(pair, service) {
                updated.append(instance)
            } else {
                removed.append(id)
            }
        }
        feed(.updated(updated, removed: removed))
    }

    nonisolated(nonsending) func register(
        _ instance: ServiceInstance, ttl: Duration
    ) async throws -> LeaseID {
        let seconds = ttl.components.seconds + (ttl.components.attoseconds > 0 ? 1 : 0)
        let grant = try await client.unary(
            Etcdserverpb_Lease.Methods.leaseGrant, Etcdserverpb_LeaseGrantRequest(ttl: seconds))
        let put = Etcdserverpb_PutRequest(
            key: layout.key(of: instance), value: layout.value(of: instance), lease: grant.id)
        _ = try await client.unary(Etcdserverpb_KV.Methods.put, put)
        return LeaseID("\(grant.id)")
    }

    /// Renews the lease, and looks whether the key is still there: somebody may have deleted it. One that somebody else
    /// has written under the same id stays as it is.
    nonisolated(nonsending) func renew(
        _ lease: LeaseID, of instance: ServiceInstance, ttl: Duration
    ) async throws -> Renewal {
        guard let id = Int64(lease.text) else { return .lost }
        do {
            guard let reply = try await client.keepAlive(id), reply.ttl > 0 else { return .lost }
        } catch StatusCode.notFound {
            return .lost
        }
        var request = Etcdserverpb_RangeRequest(key: layout.key(of: instance))
        (request.serializable, request.countOnly) = (true, true)
        return try await client.unary(Etcdserverpb_KV.Methods.range, request).count > 0 ? .renewed : .lost
    }

    nonisolated(nonsending) func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        guard let id = Int64(lease.text) else { return }
        do {
            _ = try await client.unary(
                Etcdserverpb_Lease.Methods.leaseRevoke, Etcdserverpb_LeaseRevokeRequest(id: id))
        } catch StatusCode.notFound {
            // It is over already.
        }
    }

    nonisolated(nonsending) func close() async { await client.close() }
}

/// The newest revision that a list had, so that a server that lags behind is not believed.
private final class NewestRevision: Sendable {
    private let newest = Atomic<Int64>(0)

    func saw(_ revision: Int64) { newest.store(revision, ordering: .relaxed) }
    func isCurrent(_ revision: Int64) -> Bool { revision >= newest.load(ordering: .relaxed) }
}
