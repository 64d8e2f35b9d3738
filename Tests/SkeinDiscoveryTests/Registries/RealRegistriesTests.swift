// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

private func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// Runs against the addresses that the environment names; see real-registries/README.md.
@Suite("real registries", .serialized, .timeLimit(.minutes(15)))
struct RealRegistriesTests {
    /// `http://host:port/path` as a target of `scheme`.
    private static func location(_ scheme: String, _ address: String) throws -> (text: String, isSecure: Bool) {
        let access = try KubernetesAccess(server: address)
        return ("\(scheme)://\(access.node)\(access.base)", access.isSecure)
    }

    @Test("Consul", .enabled(if: variable("SKEIN_CONSUL") != nil), arguments: RegistryContract.allCases)
    func consul(promise: RegistryContract) async throws {
        let (location, isSecure) = try RealRegistriesTests.location(
            "consul", try #require(variable("SKEIN_CONSUL")))
        var query = isSecure ? "?tls=true" : "?tls=false"
        if let token = variable("SKEIN_CONSUL_TOKEN") { query += "&token=\(token)" }
        var subject = RegistrySubject(RegistryCatalog(ConsulRegistry.self), location + query)
        subject.target = { [query] in "\(location)/\($0)\(query)" }
        subject.isLostAtExpiry = false
        subject.notice = .seconds(2)
        try await promise.check(subject)
    }

    @Test("Eureka", .enabled(if: variable("SKEIN_EUREKA") != nil), arguments: RegistryContract.allCases)
    func eureka(promise: RegistryContract) async throws {
        let (address, isSecure) = try RealRegistriesTests.location(
            "eureka", try #require(variable("SKEIN_EUREKA")))
        let location = "\(address)?poll=0.5&tls=\(isSecure)"
        var subject = RegistrySubject(RegistryCatalog(EurekaRegistry.self), location)
        subject.target = { "\(location)&app=\($0)" }
        subject.notice = .seconds(5)
        try await promise.check(subject)
    }

    @Test("Kubernetes", .enabled(if: variable("SKEIN_KUBERNETES") != nil))
    func kubernetes() async throws {
        let server = try #require(variable("SKEIN_KUBERNETES"))
        let namespace = variable("SKEIN_KUBERNETES_NAMESPACE") ?? "default"
        var query = "?server=\(server)"
        if let token = variable("SKEIN_KUBERNETES_TOKEN") { query += "&token=\(token)" }
        if let file = variable("SKEIN_KUBERNETES_CA") { query += "&ca=\(file)" }
        let target = try Target("kubernetes:///s\(query)", schemes: ["kubernetes"])
        let access = try KubernetesAccess.found(
            for: RegistryTarget(target, defaultPort: 443, namesServers: false), .process)
        let http = RegistryHTTP(
            access.isSecure ? { @Sendable in try access.tls(.process) } : nil)
        let service = "s" + String(UInt64.random(in: 0 ... .max), radix: 36)
        let base = "/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices"
        func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws {
            var request = RegistryRequest(method, path, body: body)
            request.headers["Authorization"] = try access.currentToken(.process).map { "Bearer \($0)" }
            _ = try await http.ask(access.node, request, within: .seconds(20)).checked()
        }
        let list = try WatchedList(
            "kubernetes:///\(service).\(namespace)\(query)", RegistryCatalog(KubernetesRegistry.self))
        try await until { list.updates > 0 }
        for number in 1...2 {
            let slice = KubernetesState.slice("\(service)-\(number)", of: service, ["10.0.0.\(number) z\(number)"])
            try await ask("POST", base, slice)
            try await until { list.instances?.count == number }
        }
        #expect(Set(list.instances?.map(\.zone) ?? []) == ["z1", "z2"])
        try await ask("PUT", "\(base)/\(service)-1", KubernetesState.slice("\(service)-1", of: service, ["10.0.0.9"]))
        try await until { list.ids == ["10.0.0.2:50051", "10.0.0.9:50051"] }
        try await ask("DELETE", "\(base)/\(service)-1")
        try await until { list.ids == ["10.0.0.2:50051"] }
        try await ask("DELETE", "\(base)/\(service)-2")
        await http.close()
    }
}
