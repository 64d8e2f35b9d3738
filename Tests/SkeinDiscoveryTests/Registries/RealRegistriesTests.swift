// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
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

    @Test("Kubernetes", .enabled(if: variable("SKEIN_KUBERNETES") != nil), arguments: RegistryContract.ofReaders)
    func kubernetes(promise: RegistryContract) async throws {
        var query = "?server=\(try #require(variable("SKEIN_KUBERNETES")))"
        if let token = variable("SKEIN_KUBERNETES_TOKEN") { query += "&token=\(token)" }
        if let file = variable("SKEIN_KUBERNETES_CA") { query += "&ca=\(file)" }
        try await promise.check(.kubernetes(query, variable("SKEIN_KUBERNETES_NAMESPACE") ?? "default"))
    }
}
