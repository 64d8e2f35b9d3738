// SPDX-License-Identifier: Apache-2.0
internal import SkeinClient
internal import SkeinCore

/// The embedded registry, `skein registry` or a `RegistryService`: `skein://host:7777/service`.
///
/// Parameters: those of TLS.
struct SkeinRegistry: ServiceRegistry {
    static let schemes = ["skein"]
    static let defaultPort = RegistryService.defaultPort

    let traits = RegistryTraits()
    private let channels: NodeChannels

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(RegistryTLS.parameters)
        guard location.path.isEmpty else { throw location.error("nothing in front of the service") }
        guard location.nodes.count < 2 else { throw location.error("one host: the embedded registry has no others") }
        let fallback = RegistryTarget.Node(host: "127.0.0.1", port: SkeinRegistry.defaultPort)
        channels = NodeChannels(
            NodeRotation(location, or: fallback, seed: context.seed), try RegistryTLS.of(location))
    }

    private nonisolated(nonsending) func unary<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request
    ) async throws -> Reply {
        let limit = channels.timeout
        return try await channels.call { channel, options in
            try await UnaryMethod(method, on: channel)(
                request, options.deadline(limit).maxMessageBytes(response: 64 << 20))
        }
    }

    nonisolated(nonsending) func list(_ service: String) async throws -> Listing {
        let reply = try await unary(
            Skein_Registry_V1_Registry.Methods.list, Skein_Registry_V1_ListRequest(service: service))
        return Listing(
            reply.instances.map { ServiceInstance($0, of: service) },
            revision: Revision("\(reply.history) \(reply.revision)"))
    }

    nonisolated(nonsending) func watch(
        _ service: String, after revision: Revision, _ feed: ChangeFeed
    ) async throws {
        let parts = revision.text.split(separator: " ")
        guard parts.count == 2, let number = UInt64(parts[1]) else { return }
        let request = Skein_Registry_V1_WatchRequest(
            service: service, history: String(parts[0]), afterRevision: number)
        do {
            try await channels.call { channel, options in
                let options = options.maxMessageBytes(response: 64 << 20)
                let changes = try await Skein_Registry_V1_Registry.Client(channel).watch(request, options)
                for try await change in changes {
                    feed(.updated(change.updated.map { ServiceInstance($0, of: service) }, removed: change.removed))
                }
                throw RPCError(.unavailable, "watch \(service): the registry ended the stream")
            }
        } catch StatusCode.outOfRange {
            // A gap: the service is listed anew.
        }
    }

    nonisolated(nonsending) func register(
        _ instance: ServiceInstance, ttl: Duration
    ) async throws -> LeaseID {
        let request = Skein_Registry_V1_RegisterRequest(
            service: instance.service, instance: Skein_Registry_V1_Instance(instance),
            ttlMilliseconds: ttl.milliseconds)
        return LeaseID("\(try await unary(Skein_Registry_V1_Registry.Methods.register, request).lease)")
    }

    nonisolated(nonsending) func renew(
        _ lease: LeaseID, of instance: ServiceInstance, ttl: Duration
    ) async throws -> Renewal {
        guard let id = UInt64(lease.text) else { return .lost }
        do {
            _ = try await unary(
                Skein_Registry_V1_Registry.Methods.renew, Skein_Registry_V1_RenewRequest(lease: id))
            return .renewed
        } catch StatusCode.notFound {
            return .lost
        }
    }

    nonisolated(nonsending) func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        guard let id = UInt64(lease.text) else { return }
        _ = try await unary(
            Skein_Registry_V1_Registry.Methods.deregister, Skein_Registry_V1_DeregisterRequest(lease: id))
    }

    nonisolated(nonsending) func close() async { await channels.close() }
}
