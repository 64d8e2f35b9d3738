// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@Suite("endpoints that a registry does not name any more", .timeLimit(.minutes(2)))
struct EndpointStandingTests {
    private func endpoint(_ server: SocketServer, _ standing: EndpointStanding) -> Endpoint {
        var endpoint = Endpoint(server.address)
        endpoint[EndpointStanding.self] = standing
        return endpoint
    }

    private func start(port: Int) async throws -> SocketServer {
        try await SocketServer(.tcp("127.0.0.1", port: port), [EchoService()], ServerOptions())
    }

    /// The servers that answer 20 calls; a call that fails is none.
    private func answering(_ channel: Channel) async -> Set<Endpoint.Identity> {
        var seen: Set<Endpoint.Identity> = []
        for _ in 0..<20 {
            let response = try? await EchoClient(channel).unary.response(Buffer("x"), .deadline(.seconds(20)))
            if let endpoint = response?.endpoint { seen.insert(endpoint) }
        }
        return seen
    }

    /// A channel over two servers of which the second has `standing`, and the second is restarted meanwhile.
    private func restart(
        _ standing: EndpointStanding,
        _ check: (Channel, _ first: Endpoint.Identity, _ both: Set<Endpoint.Identity>)
            async
            throws -> Void
    ) async throws {
        let (one, other) = (try await start(port: 0), try await start(port: LocalPort.reserve()))
        let list = EndpointList(endpoint(one, .listed), endpoint(other, .listed))
        var resolvers = ResolverRegistry.builtIn
        resolvers.register(list, as: "servers")
        var options = ChannelOptions().loadBalancing(.roundRobin)
        options.resolvers = resolvers
        let channel = try Channel("static:///servers", security: .plaintext, options: options)
        let both: Set = [Endpoint(one.address).identity, Endpoint(other.address).identity]
        await eventually { await answering(channel) == both }
        list.update([endpoint(one, .listed), endpoint(other, standing)])
        #expect(await answering(channel) == both)
        other.shutDown()
        try await other.finished()
        await eventually { await answering(channel) == [Endpoint(one.address).identity] }
        let again = try await start(port: other.address.port ?? 0)
        try await check(channel, Endpoint(one.address).identity, both)
        await channel.shutDown(grace: .zero)
        for server in [one, again] {
            server.shutDown()
            try await server.finished()
        }
    }

    @Test("are used as long as they are connected, and not connected again")
    func kept() async throws {
        try await restart(.kept) { channel, first, _ in
            // Longer than the wait before a connection is tried again.
            try await Task.sleep(for: .seconds(2))
            #expect(await answering(channel) == [first])
            let candidates = await channel.explain(Echo.unary.descriptor).candidates
            #expect(candidates.count == 1)
        }
    }

    @Test("are connected again when the registry is only silent")
    func unconfirmed() async throws {
        try await restart(.unconfirmed) { channel, _, both in
            await eventually { await answering(channel) == both }
        }
    }
}
