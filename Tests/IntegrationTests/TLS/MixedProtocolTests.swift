// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@Suite("peers that speak another protocol", .timeLimit(.minutes(5)))
struct MixedProtocolTests {
    @Test("a TLS client at a plaintext server: both sides say so")
    func clientWithTLS() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.plaintext) { world in
            let error = try await world.failure(.tls(trusting: authority.roots))
            #expect(error?.code == .unavailable)
            #expect(
                error?.message
                    == "connect 127.0.0.1:\(world.port): the server does not speak TLS; is it a plaintext server?")
            await world.logs("notice", "a client spoke TLS to the plaintext port", "client", "127.0.0.1:")
        }
    }

    @Test("a plaintext client at a TLS server: both sides say so")
    func clientWithoutTLS() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue().identity())) { world in
            let error = try await world.failure(.plaintext)
            #expect(error?.code == .unavailable)
            #expect(error?.message == "connect 127.0.0.1:\(world.port): the server speaks TLS; use security .tls")
            await world.logs("notice", "a client spoke plaintext to the TLS port", "127.0.0.1:")
            #expect(!world.log.lines.contains { $0.contains("refused a TLS handshake") })
        }
    }

    @Test("an HTTP/1.1 client is logged and cut off, by either server", arguments: [false, true])
    func http1(hasTLS: Bool) async throws {
        let authority = try TestAuthority()
        let security = hasTLS ? TransportSecurity.tls(try authority.issue().identity()) : .plaintext
        try await TLSWorld.with(security) { world in
            let peer = try await RawPeer(port: world.port)
            // In two pieces: what comes late is looked at, too.
            await peer.send(Array("GE".utf8))
            await pause()
            await peer.send(Array("T / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            await eventually { peer.isClosed }
            await world.logs(
                "notice", hasTLS ? "a client spoke plaintext to the TLS port" : "a client spoke HTTP/1.1")
        }
    }

    @Test("a client says when the server speaks HTTP/1.1")
    func http1Server() async throws {
        let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        let server = try await RawServer { _ in .init(greeting: answer, requests: 1_000) }
        for (security, text) in [
            (TransportSecurity.plaintext, "the server answered with HTTP/1; is it a gRPC server?"),
            (.tls(), "the server does not speak TLS; is it a plaintext server?"),
        ] {
            let channel = try Channel("ipv4:127.0.0.1:\(server.port)", security: security)
            let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
            #expect(error?.message == "connect 127.0.0.1:\(server.port): \(text)")
            await channel.shutDown(grace: .zero)
        }
        await server.close()
    }

    @Test("a flood of strangers leaves ten lines in the log for every ten seconds")
    func flood() async throws {
        try await TLSWorld.with(.plaintext) { world in
            let start = ContinuousClock.now
            for _ in 0..<50 {
                let peer = try await RawPeer(port: world.port)
                await peer.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
                await eventually { peer.isClosed }
            }
            let periods = 1 + Int((ContinuousClock.now - start) / .seconds(10))
            let lines = world.log.lines.count { $0.contains("a client spoke HTTP/1.1") }
            #expect(lines >= 10 && lines <= 10 * periods)
        }
    }
}
