// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import Synchronization
import Testing

@testable import SkeinServices

@Suite("channels that check health", .serialized, .timeLimit(.minutes(5)))
struct HealthCheckingTests {
    private let backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(40))

    private func options(_ policy: LoadBalancing = .roundRobin, service: String? = "test.Echo") -> ChannelOptions {
        .serviceConfig(ServiceConfig(loadBalancing: policy, healthCheckedService: service)).backoff(backoff)
    }

    private func with(
        _ services: [any RPCService], _ options: ChannelOptions, _ body: (Channel, SocketServer) async throws -> Void
    ) async throws {
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), services, .init())
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext, options: options)
        try await body(channel, server)
        await channel.shutDown(grace: .zero)
        server.shutDown()
        try await server.finished()
    }

    @Test("calls go to servers that serve, and move when one does not any more")
    func moves() async throws {
        let health = [HealthService(), HealthService()]
        var servers: [SocketServer] = []
        for service in health {
            servers.append(try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService(), service], .init()))
        }
        let list = EndpointList(servers.map { Endpoint($0.address) })
        let channel = try Channel(
            "static:///world", security: .plaintext, options: options().endpoints(list, as: "world"))
        let echo = EchoClient(channel)
        func answering() async throws -> Set<Endpoint.Identity?> {
            var seen: Set<Endpoint.Identity?> = []
            for _ in 0..<20 { seen.insert(try await echo.unary.response(Buffer("x")).endpoint) }
            return seen
        }
        await eventually { (try? await answering().count) == 2 }
        health[0].set("test.Echo", .notServing)
        await eventually { (try? await answering()) == [Endpoint(servers[1].address).identity] }
        health[1].set("test.Echo", .notServing)
        await eventually { channel.state.description.contains("NOT_SERVING") }
        let error = await rpcError { try await echo.unary(Buffer("x")) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("NOT_SERVING") == true)
        health[0].set("test.Echo", .serving)
        await eventually { (try? await answering()) == [Endpoint(servers[0].address).identity] }
        await channel.shutDown(grace: .zero)
        for server in servers {
            server.shutDown()
            try await server.finished()
        }
        for service in health { await eventually { service.watches.read { $0.watchCount } == 0 } }
    }

    @Test("a service that the server does not have is not healthy; one without health checks is")
    func unknown() async throws {
        try await with([EchoService(), HealthService()], options(service: "no.Such")) { channel, _ in
            let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
            #expect(error?.message.contains("SERVICE_UNKNOWN") == true)
        }
        try await with([EchoService()], options()) { channel, _ in
            let text = try await EchoClient(channel).unary(Buffer("x")).text
            #expect(text == "x")
        }
    }

    @Test("pick_first does not ask, nor does a channel that is told not to", arguments: [true, false])
    func unasked(isPickFirst: Bool) async throws {
        let health = HealthService()
        health.set("test.Echo", .notServing)
        var options = options(isPickFirst ? .pickFirst : .roundRobin)
        options.checksHealth = isPickFirst
        try await with([EchoService(), health], options) { channel, _ in
            let text = try await EchoClient(channel).unary(Buffer("x")).text
            #expect(text == "x")
            #expect(health.watches.read { $0.watchCount } == 0)
        }
    }

    @Test("servers that do not tell their health keep no others from being connected")
    func hung() async throws {
        let (network, health) = (MemoryNetwork(), SlowHealth())
        let servers = try (0..<100).map { _ in try MemoryServer([EchoService(), health], .init(), in: network) }
        let list = EndpointList(servers.map { Endpoint($0.address) })
        let channel = try CallWorld.makeChannel(.memory, list, options(), network)
        channel.connect()
        await eventually { health.watches.count == servers.count }
        await channel.shutDown(grace: .zero)
        for server in servers {
            server.shutDown()
            server.endGrace()
            try await server.finished()
        }
    }

    @Test("a channel waits for the first answer, and tries again when a watch fails")
    func waits() async throws {
        let health = SlowHealth()
        try await with([EchoService(), health], options()) { channel, _ in
            let call = Task { try await EchoClient(channel).unary(Buffer("x"), .waitForReady) }
            await eventually { health.watches.count == 1 }
            #expect(channel.state.description == "CONNECTING")
            health.failing.open()
            await eventually { health.watches.count >= 3 }
            health.serving.open()
            let text = try await call.value.text
            #expect(text == "x")
        }
    }
}

/// Answers nothing at first, then fails, then serves.
private struct SlowHealth: RPCService {
    let watches = Recorder<String>()
    let failing = Gate()
    let serving = Gate()

    private typealias Health = Grpc_Health_V1_Health

    var descriptor: ServiceDescriptor { Grpc_Health_V1_Health.descriptor }

    func register(with router: inout ServiceRouter) {
        router.serverStreaming(Health.Methods.watch) { request, responses, _ in
            watches.record(request.service)
            try await failing.wait()
            guard serving.isOpen else { throw RPCError(.internal, "not now") }
            try await responses.write(.init(status: .serving))
            await Gate.waitForCancellation()
        }
    }
}
