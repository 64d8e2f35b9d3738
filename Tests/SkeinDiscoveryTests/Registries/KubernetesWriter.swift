// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization
import TestSupport

@testable import SkeinDiscovery

/// Writes a slice for each instance of a service into a cluster, or into its stand-in, as a controller does.
final class KubernetesWriter: InstanceWriter {
    private let access: KubernetesAccess
    private let http: RegistryHTTP
    private let path: String
    /// The slices that there are.
    private let names = Mutex<Set<String>>([])

    init(_ access: KubernetesAccess, _ namespace: String) {
        self.access = access
        http = RegistryHTTP(access.isSecure ? { @Sendable in try access.tls(.process) } : nil)
        path = "\(access.base)/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices"
    }

    func apply(_ changes: [InstanceChange]) async throws {
        for change in changes {
            switch change {
            case .put(let instance):
                let name = name(of: instance)
                let slice = KubernetesState.slice(
                    name, of: instance.service, ["\(instance.host) \(instance.zone)"], ports: [("grpc", instance.port)])
                let isNew = names.withLock { $0.insert(name).inserted }
                try await ask(isNew ? "POST" : "PUT", isNew ? [] : [name], slice)
            case .remove(let instance): try await remove(name(of: instance))
            }
        }
    }

    /// Takes out what is there still.
    func close() async {
        for name in names.withLock(\.self) { try? await remove(name) }
        await http.close()
    }

    private func remove(_ name: String) async throws {
        names.withLock { _ = $0.remove(name) }
        try await ask("DELETE", [name])
    }

    /// Ids may have characters that names of slices may not.
    private func name(of instance: ServiceInstance) -> String { "\(instance.service)-\(Array(instance.id.utf8).hex)" }

    private func ask(_ method: String, _ parts: [String], _ body: JSONValue? = nil) async throws {
        var request = RegistryRequest(method, path, parts, body: body)
        request.headers["Authorization"] = try access.currentToken(.process).map { "Bearer \($0)" }
        let message = request
        try await repeated { _ = try await http.ask(access.node, message, within: .seconds(20)).checked() }
    }
}

extension RegistrySubject {
    /// The cluster that targets with `query` name.
    static func kubernetes(_ query: String, _ namespace: String = "default") throws -> RegistrySubject {
        let target = try Target("kubernetes:///s\(query)", schemes: ["kubernetes"])
        let access = try KubernetesAccess.found(
            for: RegistryTarget(target, defaultPort: 443, namesServers: false), .process)
        var subject = RegistrySubject(RegistryCatalog(KubernetesRegistry.self), "kubernetes:///\(query)")
        subject.target = { "kubernetes:///\($0).\(namespace)\(query)" }
        subject.readOnlyWriter = { KubernetesWriter(access, namespace) }
        subject.oddEnd = "-0--x"
        subject.normalized = { instance in
            var known = ServiceInstance(
                service: "\(instance.service).\(namespace)", host: instance.host, port: instance.port)
            known.zone = instance.zone
            return known
        }
        return subject
    }
}
