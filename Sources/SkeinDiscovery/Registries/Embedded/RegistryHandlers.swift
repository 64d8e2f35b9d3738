// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinServer

/// The methods of an embedded registry.
struct RegistryHandlers: Skein_Registry_V1_Registry.Service {
    let store: RegistryStore

    func register(
        _ request: Skein_Registry_V1_RegisterRequest, context: ServerContext
    ) async throws -> Skein_Registry_V1_RegisterResponse {
        guard let instance = request.instance, !instance.host.isEmpty, (1...65535).contains(instance.port) else {
            throw RPCError(
                .invalidArgument, "register in \(request.service): expected an instance with a host and a port")
        }
        let lease = try await store.register(
            ServiceInstance(instance, of: request.service), ttl: .milliseconds(request.ttlMilliseconds))
        return Skein_Registry_V1_RegisterResponse(lease: lease)
    }

    func renew(
        _ request: Skein_Registry_V1_RenewRequest, context: ServerContext
    ) async throws -> Skein_Registry_V1_RenewResponse {
        guard await store.renew(request.lease) else {
            throw RPCError(.notFound, "renew lease \(request.lease): it is not known any more")
        }
        return Skein_Registry_V1_RenewResponse()
    }

    func deregister(
        _ request: Skein_Registry_V1_DeregisterRequest, context: ServerContext
    ) async throws -> Skein_Registry_V1_DeregisterResponse {
        await store.deregister(request.lease)
        return Skein_Registry_V1_DeregisterResponse()
    }

    func list(
        _ request: Skein_Registry_V1_ListRequest, context: ServerContext
    ) async throws -> Skein_Registry_V1_ListResponse {
        let (instances, revision) = store.list(request.service)
        return Skein_Registry_V1_ListResponse(
            instances: instances.map { Skein_Registry_V1_Instance($0) }, history: store.history, revision: revision)
    }

    func watch(
        _ request: Skein_Registry_V1_WatchRequest, to responses: ResponseWriter<Skein_Registry_V1_WatchResponse>,
        context: ServerContext
    ) async throws {
        guard request.history == store.history else {
            throw RPCError(.outOfRange, "watch \(request.service): the registry was started again since")
        }
        try await store.watch(request.service, after: request.afterRevision) { changes in
            try await responses.write(
                Skein_Registry_V1_WatchResponse(
                    revision: changes.revision, updated: changes.updated.map { Skein_Registry_V1_Instance($0) },
                    removed: changes.removed))
        }
    }
}
