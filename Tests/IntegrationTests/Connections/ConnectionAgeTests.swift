// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("how long a server keeps connections", .serialized, .timeLimit(.minutes(1)))
struct ConnectionAgeTests {
    @Test("an old connection is drained, and no call notices")
    func age() async throws {
        try await CallWorld.with(.tcp, server: .init().maxConnectionAge(.milliseconds(50))) { world in
            let end = ContinuousClock.now + .milliseconds(500)
            var calls = 0
            while .now < end || calls < 30 {
                let reply = try await world.echo.unary(Buffer("x"))
                #expect(reply.text == "x")
                calls += 1
            }
        }
    }

    @Test("calls on an old connection get the grace, then they are cancelled")
    func grace() async throws {
        let options = ServerOptions().maxConnectionAge(.milliseconds(50), grace: .milliseconds(50))
        var service = EchoService()
        service.unary = { _, _ in
            try await Task.sleep(for: .seconds(60))
            return Buffer()
        }
        try await CallWorld.with(.tcp, service, server: options) { world in
            let start = ContinuousClock.now
            let error = await #expect(throws: RPCError.self) { try await world.echo.unary(Buffer("x")) }
            #expect(error?.code == .unavailable)
            #expect(.now - start < .seconds(30))
        }
    }

    @Test("a connection without calls ends, and the next call makes another")
    func idle() async throws {
        try await CallWorld.with(.tcp, server: .init().maxConnectionIdle(.milliseconds(50))) { world in
            let port = world.server.address.port ?? 0
            let peer = try await RawPeer(port: port)
            await peer.send(Frames.hello)
            await eventually { peer.isClosed }
            let goAways = peer.frames.filter { $0.type == 7 }
            #expect(goAways.count == 2)
            #expect(String(decoding: peer.bytes, as: UTF8.self).contains("max_idle"))
            for _ in 0..<3 {
                #expect(try await world.echo.unary(Buffer("x")).text == "x")
                try await Task.sleep(for: .milliseconds(120))
            }
        }
    }

    @Test("a client that does not say hello in time is cut off", arguments: [[], Array(Frames.preface.prefix(10))])
    func handshake(bytes: [UInt8]) async throws {
        var options = ServerOptions()
        options.handshakeTimeout = .milliseconds(100)
        try await CallWorld.with(.tcp, server: options) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            await peer.send(bytes)
            await eventually { peer.isClosed }
            #expect(try await world.echo.unary(Buffer("x")).text == "x")
            try await Task.sleep(for: .milliseconds(200))
            let attempts = try await world.echo.unary.response(Buffer("y")).attempts
            #expect(attempts.count == 1)
        }
    }
}
