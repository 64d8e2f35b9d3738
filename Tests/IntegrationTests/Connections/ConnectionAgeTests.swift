// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("how long a server keeps connections", .serialized, .timeLimit(.minutes(5)))
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
        service.unary = { request, _ in
            await Gate.waitForCancellation()
            return request
        }
        try await CallWorld.with(.tcp, service, server: options) { world in
            let error = await rpcError { try await world.echo.unary(Buffer("x"), .deadline(.seconds(40))) }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("a connection without calls ends, and with pick_first the next call makes another")
    func idle() async throws {
        let idle = ServerOptions().maxConnectionIdle(.milliseconds(50))
        try await CallWorld.with(.tcp, server: idle, channel: .loadBalancing(.pickFirst)) { world in
            let port = world.server.address.port ?? 0
            let peer = try await RawPeer(port: port)
            await peer.send(Frames.hello)
            await eventually { peer.isClosed }
            let goAways = peer.frames.filter { $0.type == 7 }
            #expect(goAways.count == 2)
            #expect(String(decoding: peer.bytes, as: UTF8.self).contains("max_idle"))
            for _ in 0..<3 {
                #expect(try await world.echo.unary(Buffer("x")).text == "x")
                await eventually { world.channel.state.description == "IDLE" }
            }
        }
    }

    @Test("a client that does not say hello in time is cut off", arguments: [[], Array(Frames.preface.prefix(10))])
    func handshake(bytes: [UInt8]) async throws {
        var options = ServerOptions()
        options.handshakeTimeout = .milliseconds(100)
        var service = EchoService()
        service.unary = { request, _ in
            if request.text == "wait" { await Gate.waitForCancellation() }
            return request
        }
        try await CallWorld.with(.tcp, service, server: options) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            await peer.send(bytes)
            await eventually { peer.isClosed }
            // A connection that did is not: its call outlives that time.
            await eventually { (try? await world.echo.unary(Buffer("x"))) != nil }
            let error = await rpcError { try await world.echo.unary(Buffer("wait"), .deadline(.milliseconds(600))) }
            #expect(error?.code == .deadlineExceeded)
            #expect(try await world.echo.unary(Buffer("x")).text == "x")
        }
    }
}
