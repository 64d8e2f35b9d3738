// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import SkeinResolution
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@testable import SkeinClient

@Suite("keepalive and PINGs", .serialized, .timeLimit(.minutes(5)))
struct KeepaliveTests {
    /// Whose handlers wait until their calls are over.
    private static let waiting = EchoService(
        unary: { request, _ in
            await Gate.waitForCancellation()
            return request
        })
    private static let ping = Frames.frame(type: 6, [1, 2, 3, 4, 5, 6, 7, 8])

    /// A channel to a port of this machine that asks after a silence of 50 ms.
    private func withChannel(
        to port: Int, _ keepalive: ClientKeepalive, logger: LogRecorder? = nil,
        _ body: (EchoClient) async throws -> Void
    ) async throws {
        let endpoints = EndpointList(Endpoint(.ipv4("127.0.0.1", port: port)))
        var options = ChannelOptions.endpoints(endpoints, as: "world")
        options.logger = logger?.logger
        let channel = try Channel("static:///world", options: options) { $0.keepalive = keepalive }
        let result: Result<Void, any Error>
        do { result = .success(try await body(EchoClient(channel))) } catch { result = .failure(error) }
        await channel.shutDown(grace: .zero)
        try result.get()
    }

    @Test("a server that has gone silent is noticed, and the call ends with UNAVAILABLE")
    func silentServer() async throws {
        let server = try await RawServer { _ in .init(greeting: Frames.settings, requests: 1_000) }
        let keepalive = ClientKeepalive(
            exactly: Keepalive(every: .milliseconds(50), timeout: .milliseconds(50)))
        try await withChannel(to: server.port, keepalive) { echo in
            let error = await #expect(throws: RPCError.self) {
                try await echo.unary(Buffer("x"), .deadline(.seconds(20)))
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("did not answer a PING in time") == true)
        }
        await server.close()
    }

    @Test("a silent handler is no silent server")
    func slowHandler() async throws {
        var options = ServerOptions()
        options.minimumPingInterval = .zero
        try await CallWorld.with(.tcp, Self.waiting, server: options) { world in
            let keepalive = ClientKeepalive(exactly: Keepalive(every: .milliseconds(20), timeout: .seconds(5)))
            try await withChannel(to: world.server.address.port ?? 0, keepalive) { echo in
                let error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.seconds(7))) }
                #expect(error?.code == .deadlineExceeded)
            }
        }
    }

    @Test("a client that asks too often is told, doubles its interval and goes on")
    func tooManyPings() async throws {
        try await CallWorld.with(.tcp, Self.waiting) { world in
            let keepalive = ClientKeepalive(
                exactly: Keepalive(every: .milliseconds(5), timeout: .seconds(5), withoutCalls: true))
            let log = LogRecorder()
            try await withChannel(to: world.server.address.port ?? 0, keepalive, logger: log) { echo in
                for _ in 0..<100 where keepalive.current?.interval == .milliseconds(5) {
                    _ = try? await echo.unary(Buffer("x"), .deadline(.milliseconds(400)))
                }
                let interval = keepalive.current?.interval ?? .zero
                #expect(interval >= .milliseconds(10))
                #expect(log.lines.contains { $0.contains("refuses keepalive PINGs as too many") })
            }
        }
    }

    @Test("the fourth PING that comes too soon is answered with GOAWAY and the end")
    func strikes() async throws {
        try await CallWorld.with(.tcp) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            await peer.send(Frames.hello + Self.ping + Self.ping + Self.ping)
            await eventually { peer.frames.count { $0.type == 6 } == 3 }
            #expect(!peer.isClosed)
            await peer.send(Self.ping)
            await eventually { peer.isClosed }
            #expect(String(decoding: peer.bytes, as: UTF8.self).contains("too_many_pings"))
        }
    }

    @Test("a PING beside every call is no attack")
    func pingBesideCalls() async throws {
        try await CallWorld.with(.tcp) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            await peer.send(Frames.hello)
            for call in 0..<500 as Range<UInt32> {
                await peer.send(
                    Self.ping + Frames.request(call * 2 + 1) + Frames.data(call * 2 + 1, [0, 0, 0, 0, 0], end: true))
                let answered = Int(call) + 1
                await eventually { peer.frames.count { $0.type == 1 && $0.flags & 1 == 1 } == answered }
            }
            #expect(!peer.isClosed)
        }
    }

    @Test("a server notices a client that has gone silent")
    func silentClient() async throws {
        var options = ServerOptions()
        options.keepalive = Keepalive(every: .milliseconds(50), timeout: .seconds(5), withoutCalls: true)
        try await CallWorld.with(.tcp, Self.waiting, server: options) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            await peer.send(Frames.hello)
            await eventually { peer.isClosed }
            #expect(peer.frames.contains { $0.type == 6 })
            // A client of ours answers, and stays.
            let error = await rpcError { try await world.echo.unary(Buffer("x"), .deadline(.seconds(7))) }
            #expect(error?.code == .deadlineExceeded)
        }
    }
}
