// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// A cluster's API server. Credentials are looked for when they are first needed, and again when the server does not
/// take them; a token in a file is read for each request. May be used from any thread.
final class KubernetesAPI: Sendable {
    private struct Server: Sendable {
        var access: KubernetesAccess
        var http: RegistryHTTP
    }

    private let target: RegistryTarget
    private let surroundings: KubernetesAccess.Surroundings
    private let server = Mutex<Server?>(nil)
    /// The newest version of the slices' API that the server knows.
    private let version = Mutex("v1")

    init(_ target: RegistryTarget, _ surroundings: KubernetesAccess.Surroundings) {
        self.target = target
        self.surroundings = surroundings
    }

    /// The slices of a service as they are now.
    func list(_ service: KubernetesService, within limit: Duration) async throws -> KubernetesSlices {
        let asked = version.withLock(\.self)
        let (server, token) = try await ready()
        let answer = try await server.http.ask(
            server.access.node, request(service, server.access, token), within: limit)
        if answer.status == 404 {
            // Before Kubernetes 1.21; when that is not known either, it was something else that was not found.
            version.withLock { $0 = asked == "v1" ? "v1beta1" : "v1" }
            if asked == "v1" { return try await list(service, within: limit) }
        }
        return try KubernetesSlices(list: try await checked(answer).json())
    }

    /// Hands the events after `version` to `take` as they come, until the server ends the answer, which it does after
    /// `limit`.
    func watch(
        _ service: KubernetesService, after version: String, limit: Duration, _ take: ([JSONValue]) throws -> Void
    ) async throws {
        let (server, token) = try await ready()
        var request = request(service, server.access, token)
        request.add("watch", "true")
        request.add("allowWatchBookmarks", "true")
        request.add("resourceVersion", version)
        request.add("timeoutSeconds", "\(limit.components.seconds)")
        let answer = try await server.http.lines(
            server.access.node, request, within: limit + .seconds(10)
        ) { lines in
            var events: [JSONValue] = []
            for line in lines {
                do throws(ConfigurationError) {
                    events.append(try JSONValue(parsing: line))
                } catch {
                    throw RPCError(.internal, "\(request.label): read an event: \(error.message)")
                }
            }
            try take(events)
        }
        _ = try await checked(answer)
    }

    func close() async {
        let old = server.withLock { $0.take() }
        await old?.http.close()
    }

    private func request(
        _ service: KubernetesService, _ access: KubernetesAccess, _ token: String?
    ) -> RegistryRequest {
        let version = version.withLock(\.self)
        var request = RegistryRequest(
            "GET", "\(access.base)/apis/discovery.k8s.io/\(version)/namespaces",
            [service.namespace ?? access.namespace, "endpointslices"])
        request.add("labelSelector", "kubernetes.io/service-name=\(service.name)")
        request.headers["Accept"] = "application/json"
        if let token { request.headers["Authorization"] = "Bearer \(token)" }
        return request
    }

    private func ready() async throws -> (Server, token: String?) {
        let known = server.withLock(\.self)
        let result = try await BlockingPool.shared.run { [target, surroundings] in
            Result { () throws -> (Server, token: String?) in
                let server = try known ?? KubernetesAPI.server(target, surroundings)
                return (server, token: try server.access.currentToken(surroundings))
            }
        }
        let (server, token) = try result.get()
        self.server.withLock { $0 = $0 ?? server }
        return (server, token)
    }

    private static func server(
        _ target: RegistryTarget, _ surroundings: KubernetesAccess.Surroundings
    ) throws -> Server {
        let access = try KubernetesAccess.found(for: target, surroundings)
        guard access.isSecure else { return Server(access: access, http: RegistryHTTP(nil as RegistryHTTP.Security?)) }
        return Server(access: access, http: RegistryHTTP { try access.tls(surroundings) })
    }

    private func checked(_ answer: RegistryAnswer) async throws -> RegistryAnswer {
        guard !answer.isSuccess else { return answer }
        // The files may hold other credentials by now.
        if answer.status == 401 { await close() }
        guard let message = (try? answer.json())?["message"]?.text else { throw answer.error }
        var short = answer
        short.body = message
        throw short.error
    }
}
