// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("registries over HTTP, by TLS", .timeLimit(.minutes(5)))
struct RegistryTLSTests {
    enum Kind: String, CaseIterable, Sendable {
        case consul, eureka, kubernetes

        var service: String { self == .kubernetes ? "greeter.default" : "greeter" }

        func target(_ address: String, _ query: String) -> String {
            switch self {
            case .consul: "consul://\(address)?tls=true&\(query)"
            case .eureka: "eureka://\(address)/eureka/v2?tls=true&\(query)"
            case .kubernetes: "kubernetes:///?server=https://\(address)&\(query)"
            }
        }

        /// The address of a stand-in, and what ends it.
        func start() async throws -> (address: String, stop: @Sendable () async -> Void) {
            switch self {
            case .consul:
                let server = try await ConsulStandIn()
                return (server.address, { await server.stop() })
            case .eureka:
                let server = try await EurekaStandIn()
                return (server.address, { await server.stop() })
            case .kubernetes:
                let server = try await KubernetesStandIn()
                return (server.address, { await server.stop() })
            }
        }
    }

    private static let catalog = RegistryCatalog(ConsulRegistry.self, EurekaRegistry.self, KubernetesRegistry.self)

    private func list(_ kind: Kind, _ target: String) async throws -> [ServiceInstance] {
        let registry = try Self.catalog.registry(target, RegistryContext())
        let listed: Result<[ServiceInstance], any Error>
        do { listed = .success(try await registry.list(kind.service).instances) } catch { listed = .failure(error) }
        await registry.close()
        return try listed.get()
    }

    @Test("both sides are verified, and the parameters say how", arguments: Kind.allCases)
    func verified(kind: Kind) async throws {
        let server = try await kind.start()
        let front = try await TLSFront(to: server.address)
        defer { front.stop() }
        let own = front.certificate
        let (authority, name) = ("ca=\(own.authority)", "server-name=\(TLSFront.name)")
        let identity = "cert=\(own.certificate)&key=\(own.key)"
        let listed = try await list(kind, kind.target(front.address, "\(authority)&\(name)&\(identity)"))
        #expect(listed.isEmpty)
        let bad = [
            "an unknown authority": "\(name)&\(identity)", "another name": "\(authority)&\(identity)&server-name=other",
            "the address as the name": "\(authority)&\(identity)", "no certificate": "\(authority)&\(name)",
        ]
        for (problem, query) in bad {
            await #expect(throws: RPCError.self, "\(problem)") {
                try await list(kind, kind.target(front.address, query))
            }
        }
        await server.stop()
    }

    @Test("a file that cannot be read is named in the error", arguments: Kind.allCases)
    func missing(kind: Kind) async throws {
        do {
            _ = try await list(kind, kind.target("127.0.0.1:1", "ca=/nowhere/ca.pem"))
            Issue.record("listed")
        } catch {
            #expect("\(error)".contains("/nowhere/ca.pem"))
        }
    }

    @Test("a Docker Engine is reached with the files of DOCKER_CERT_PATH, and not without them")
    func engine() async throws {
        let engine = try await DockerStandIn()
        let front = try await TLSFront(to: "unix@\(engine.socket)")
        defer { front.stop() }
        let folder = try TemporaryFolder()
        let own = front.certificate
        for (file, name) in [(own.certificate, "ca.pem"), (own.certificate, "cert.pem"), (own.key, "key.pem")] {
            try FileManager.default.copyItem(atPath: file, toPath: folder.file(name))
        }
        let secure = ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder.path]
        let host = try DockerHost("tcp://\(front.address)", secure)
        // The certificate is for another name than the address.
        let refused = DockerEngine(host)
        await #expect(throws: RPCError.self) { try await refused.running() }
        await refused.close()
        var named = host
        named.tls?.serverName = TLSFront.name
        let docker = DockerEngine(named)
        let running = try await docker.running()
        #expect(running.isEmpty)
        await docker.close()
        let plain = DockerEngine(try DockerHost("tcp://\(front.address)", [:]))
        await #expect(throws: RPCError.self) { try await plain.running() }
        await plain.close()
        await engine.stop()
    }
}
