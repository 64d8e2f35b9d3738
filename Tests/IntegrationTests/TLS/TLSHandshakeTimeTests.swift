// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("TLS handshakes that stall", .timeLimit(.minutes(5)))
struct TLSHandshakeTimeTests {
    @Test("a client that stalls is cut off when its time is up", arguments: [[], [0x16, 3, 1, 2, 0, 1] as [UInt8]])
    func client(bytes: [UInt8]) async throws {
        let authority = try TestAuthority()
        var options = ServerOptions()
        options.handshakeTimeout = .milliseconds(300)
        try await TLSWorld.with(.tls(try authority.issue().identity()), options: options) { world in
            let start = ContinuousClock.now
            let peer = try await RawPeer(port: world.port)
            await peer.send(bytes)
            await eventually { peer.isClosed }
            let elapsed = ContinuousClock.now - start
            #expect(elapsed > .milliseconds(250))
            await world.logs("refused a TLS handshake: the TLS handshake did not end within")
        }
    }

    @Test("a client that finishes TLS and says nothing more is cut off at the same time")
    func silentClient() async throws {
        let authority = try TestAuthority()
        var options = ServerOptions()
        options.handshakeTimeout = .milliseconds(400)
        try await TLSWorld.with(.tls(try authority.issue().identity()), options: options) { world in
            let client = try await RawTLSClient(port: world.port)
            await eventually { client.isClosed }
        }
    }

    @Test("a server that stalls fails the attempt when the connect timeout is over")
    func server() async throws {
        let server = try await RawServer { _ in .init(requests: 1_000) }
        var options = ChannelOptions()
        options.backoff.minimumConnectTimeout = .milliseconds(300)
        let channel = try Channel("ipv4:127.0.0.1:\(server.port)", security: .tls(), options: options)
        let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("the TLS handshake did not end within") == true)
        await channel.shutDown(grace: .zero)
        await server.close()
    }

    @Test("a server shuts down while a handshake stalls")
    func drain() async throws {
        let authority = try TestAuthority()
        var options = ServerOptions()
        options.handshakeTimeout = .seconds(600)
        try await TLSWorld.with(.tls(try authority.issue().identity()), options: options) { world in
            let peer = try await RawPeer(port: world.port)
            await peer.send([0x16, 3])
            for _ in 0..<20 { await pause() }
            world.server.shutDown()
            try await world.server.finished()
            await eventually { peer.isClosed }
        }
    }
}
