// SPDX-License-Identifier: Apache-2.0
import Logging
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import Synchronization
import TestSupport
import Testing

@testable import SkeinTransport

@Suite("several connections to a server", .serialized, .timeLimit(.minutes(5)))
struct SeveralConnectionsTests {
    /// Answers with the port that the client calls from, which tells its connections apart.
    private var service: EchoService {
        var service = EchoService()
        service.unary = { _, context in Buffer(context.peer.address.description) }
        return service
    }

    private func peers(_ world: CallWorld, _ calls: Int) async throws -> [String: Int] {
        var seen: [String: Int] = [:]
        for _ in 0..<calls { seen[try await world.echo.unary(Buffer("x")).text, default: 0] += 1 }
        return seen
    }

    @Test("calls are balanced over them, and the caller sees one server")
    func balanced() async throws {
        let options = ChannelOptions.loadBalancing(.roundRobin).connectionsPerEndpoint(4)
        try await CallWorld.with(.tcp, service, channel: options) { world in
            await eventually { ((try? await peers(world, 8).count) ?? 0) == 4 }
            let seen = try await peers(world, 40)
            #expect(seen.count == 4 && seen.values.allSatisfy { $0 >= 5 })
            let response = try await world.echo.unary.response(Buffer("x"))
            #expect(response.endpoint == Endpoint(world.server.address).identity)
        }
    }

    @Test("a number of them that cannot be is refused", arguments: [0, 17, -1])
    func range(count: Int) {
        let options = ChannelOptions().connectionsPerEndpoint(count)
        let error = #expect(throws: ConfigurationError.self) {
            try Channel("ipv4:127.0.0.1:1", security: .plaintext, options: options)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("expected 1 to 16"))
    }

    @Test("connections are renewed without a call that notices")
    func renewal() async throws {
        let options = ChannelOptions.loadBalancing(.roundRobin)
            .connectionsPerEndpoint(2, renewEvery: .milliseconds(100))
        try await CallWorld.with(.tcp, service, channel: options) { world in
            var seen: Set<String> = []
            await eventually {
                if let peers = try? await peers(world, 10) {
                    seen.formUnion(peers.keys)
                } else {
                    seen = ["a call failed"]
                }
                return seen.count >= 6 || seen.contains("a call failed")
            }
            #expect(!seen.contains("a call failed"))
        }
    }

    @Test("a renewal that fails leaves the connection as it is")
    func failedRenewal() async throws {
        let network = MemoryNetwork()
        let server = try MemoryServer([EchoService()], .init(), in: network)
        let channel = try CallWorld.makeChannel(
            .memory, EndpointList(Endpoint(server.address)),
            .init().connectionsPerEndpoint(1, renewEvery: .milliseconds(20)),
            network)
        _ = try await EchoClient(channel).unary(Buffer("x"))
        network.remove(server)
        let end = ContinuousClock.now + .milliseconds(400)
        while .now < end { _ = try await EchoClient(channel).unary(Buffer("x")) }
        #expect(channel.state.description == "READY")
        await channel.shutDown(grace: .zero)
        server.shutDown()
        server.endGrace()
        try await server.finished()
    }

    private func channel(to list: EndpointList, over network: SlowNetwork) throws -> Channel {
        try Channel(
            "static:///world", options: .loadBalancing(.roundRobin).endpoints(list, as: "world"),
            connecting: { $0.transport = network })
    }

    @Test("at most 64 servers are connected to at a time, and all are in the end")
    func manyServers() async throws {
        let network = SlowNetwork()
        let servers = try (0..<200).map { _ in try MemoryServer([EchoService()], .init(), in: network.inner) }
        let list = EndpointList(servers.map { Endpoint($0.address) })
        let channel = try channel(to: list, over: network)
        channel.connect()
        await eventually { network.state.withLock { $0.held.count } == 64 }
        await eventually {
            network.release()
            return network.state.withLock { $0.opened } == 200
        }
        #expect(network.state.withLock { $0.most } == 64)
        _ = try await EchoClient(channel).unary(Buffer("x"))
        await channel.shutDown(grace: .zero)
        for server in servers {
            server.shutDown()
            server.endGrace()
            try await server.finished()
        }
    }

    @Test("the addresses of a server that are raced are as many attempts; at most 64 are made at a time")
    func manyAddresses() async throws {
        let network = SlowNetwork()
        let list = EndpointList(
            (0..<100).map { server in
                Endpoint(addresses: (0..<3).map { .unix(path: "nowhere-\(server)-\($0)") })
            })
        let channel = try channel(to: list, over: network)
        channel.connect()
        // All three of 21 servers.
        await eventually { network.state.withLock { $0.held.count } == 63 }
        await channel.shutDown(grace: .zero)
        #expect(network.state.withLock { $0.most } == 63)
    }

    @Test("connections that are renewed count among those that are made")
    func manyRenewals() async throws {
        let network = SlowNetwork()
        let servers = try (0..<100).map { _ in try MemoryServer([EchoService()], .init(), in: network.inner) }
        let list = EndpointList(servers.map { Endpoint($0.address) })
        let options = ChannelOptions.loadBalancing(.roundRobin).endpoints(list, as: "world")
            .connectionsPerEndpoint(1, renewEvery: .milliseconds(100))
        let channel = try Channel("static:///world", options: options, connecting: { $0.transport = network })
        channel.connect()
        for _ in 0..<4 {
            await eventually { network.state.withLock { $0.held.count } == 64 }
            network.release()
        }
        #expect(network.state.withLock { $0.most } == 64)
        await channel.shutDown(grace: .zero)
        for server in servers {
            server.shutDown()
            server.endGrace()
            try await server.finished()
        }
    }

    @Test("a channel that shuts down connects to no more servers")
    func shutDownWhileConnecting() async throws {
        let network = SlowNetwork()
        let list = EndpointList((0..<200).map { Endpoint(.unix(path: "nowhere-\($0)")) })
        let channel = try channel(to: list, over: network)
        channel.connect()
        await eventually { network.state.withLock { $0.held.count } == 64 }
        await channel.shutDown(grace: .zero)
        #expect(network.state.withLock { $0.held.count } == 64)
    }

    @Test("a single address is noted once")
    func note() async throws {
        let recorder = LogRecorder()
        let options = ChannelOptions().logger(recorder.logger)
        try await CallWorld.with(.tcp, EchoService(), channel: options) { world in
            _ = try await world.echo.unary(Buffer("x"))
            world.endpoints.update(world.endpoints.endpoints)
            _ = try await world.echo.unary(Buffer("x"))
        }
        #expect(recorder.lines.count { $0.contains("has a single address") } == 1)
    }
}

/// Holds connections back until it is told to make them.
private final class SlowNetwork: ClientTransport {
    struct State {
        var held: [ClientConnection] = []
        var opened = 0
        var most = 0
    }

    let inner = MemoryNetwork()
    let state = Mutex(State())

    var isPrivate: Bool { false }

    func open(_ connection: ClientConnection, timeout: Duration) {
        connection.stopConnecting = { connection.connectFailed(RPCError(.unavailable, "stopped")) }
        state.withLock { state in
            state.held.append(connection)
            state.most = max(state.most, state.held.count)
        }
    }

    /// Makes those that are held.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.opened += state.held.count
            return state.held
        }
        for connection in held { inner.open(connection, timeout: .seconds(60)) }
    }
}
