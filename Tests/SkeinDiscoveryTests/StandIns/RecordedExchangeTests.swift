// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("stand-ins answer as the real servers did", .timeLimit(.minutes(3)))
struct RecordedExchangeTests {
    private func replay(_ name: String, _ port: Int) async throws {
        try await replay(name, RegistryTarget.Node(host: "127.0.0.1", port: port))
    }

    private func replay(_ name: String, _ node: RegistryTarget.Node) async throws {
        let http = RegistryHTTP(nil as RegistryHTTP.Security?)
        let exchanges = try RecordedExchange.all(name)
        #expect(!exchanges.isEmpty)
        for exchange in exchanges { try await exchange.check(node, http) }
        await http.close()
    }

    @Test("Consul: registering, checks, blocking queries, maintenance, errors")
    func consul() async throws {
        let agent = try await ConsulStandIn { $0.others = ["dc2": [:]] }
        try await replay("consul", agent.server.port)
        await agent.stop()
    }

    @Test("Consul with access control")
    func consulACL() async throws {
        let agent = try await ConsulStandIn { state in
            state.defaultDeny = true
            state.tokens = [
                "11111111-1111-1111-1111-111111111111": .write, "33333333-3333-3333-3333-333333333333": .read,
            ]
        }
        try await replay("consul-acl", agent.server.port)
        await agent.stop()
    }

    @Test("Eureka: registering, renewing, deltas, overrides, errors")
    func eureka() async throws {
        let server = try await EurekaStandIn { $0.protectsItself = true }
        try await replay("eureka", server.server.port)
        await server.stop()
    }

    @Test("Kubernetes: slices, watches, tokens, errors")
    func kubernetes() async throws {
        let server = try await KubernetesStandIn { state in
            (state.versions, state.users) = (["v1beta1"], ["admintoken": true, "plaintoken": false])
        }
        try await replay("kubernetes", server.server.port)
        await server.stop()
    }

    @Test("Kubernetes when the history is gone")
    func kubernetesGone() async throws {
        let server = try await KubernetesStandIn { state in
            state.users = ["admintoken": true]
            state.compact()
        }
        try await replay("kubernetes-gone", server.server.port)
        await server.stop()
    }

    @Test("Docker: containers, their events, errors")
    func docker() async throws {
        let engine = try await DockerStandIn()
        try await replay("docker", RegistryTarget.Node(host: engine.socket, port: 0))
        await engine.stop()
    }
}
