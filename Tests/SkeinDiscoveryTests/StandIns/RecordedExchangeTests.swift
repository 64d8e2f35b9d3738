// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("stand-ins answer as the real servers did", .timeLimit(.minutes(3)))
struct RecordedExchangeTests {
    /// `prepare` is told the label of each exchange before that is made.
    private func replay(_ name: String, _ port: Int, _ prepare: (String) -> Void = { _ in }) async throws {
        try await replay(name, RegistryTarget.Node(host: "127.0.0.1", port: port), prepare)
    }

    private func replay(
        _ name: String, _ node: RegistryTarget.Node, _ prepare: (String) -> Void = { _ in }
    ) async throws {
        let http = RegistryHTTP(nil as RegistryHTTP.Security?)
        let exchanges = try RecordedExchange.all(name)
        #expect(!exchanges.isEmpty)
        for exchange in exchanges {
            prepare(exchange.label)
            try await exchange.check(node, http)
        }
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

    @Test("Consul: checks that the agent makes itself")
    func consulChecks() async throws {
        let results = [
            "all passing": ["h1-http": "passing", "h1-grpc": "passing", "h1-tcp": "passing"],
            "HTTP 429 is warning": ["h1-http": "warning"],
            "HTTP 503 / NOT_SERVING are critical": ["h1-http": "critical", "h1-grpc": "critical"],
        ]
        let agent = try await ConsulStandIn()
        try await replay("consul-checks", agent.server.port) { label in
            for (check, status) in results[label] ?? [:] { agent.state.withLock { $0.set(status, ofCheck: check) } }
        }
        await agent.stop()
    }

    @Test("Consul while its leader is dead, and without any")
    func consulOutages() async throws {
        let outages: [String: ConsulOutage] = [
            "during election: a living server asks the dead leader": .deadLeader,
            "during election: the agent asks the dead leader itself": .deadServer,
            "no quorum: default": .noLeader, "no quorum: stale still answers": .deadServer,
            "no quorum: status leader": .noLeader,
            "no quorum: agent register still 200 (local, synced later by anti-entropy)": .noLeader,
            "no quorum: check update still 200": .noLeader,
        ]
        let agent = try await ConsulStandIn()
        try await replay("consul-ha", agent.server.port) { label in
            agent.state.withLock { $0.outage = outages[label] }
        }
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
