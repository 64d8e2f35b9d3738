// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinServices
import SkeinTransport
import TestSupport
import Testing

@Suite("what clients see of a server that shuts down", .serialized, .timeLimit(.minutes(2)))
struct PropagationTests {
    private static let dataFrame: UInt8 = 0
    private static let goAway: UInt8 = 7

    /// A raw client that watches the server as a whole and has been told that it serves.
    private func watcher(_ server: SocketServer) async throws -> RawPeer {
        let peer = try await RawPeer(port: server.address.port ?? 0)
        let head = Frames.head.map { $0.0 == ":path" ? (":path", "/grpc.health.v1.Health/Watch") : $0 }
        let request = Frames.frame(type: 1, flags: 4, stream: 1, head.flatMap(Frames.literal))
        await peer.send(Frames.hello + request + Frames.data(1, [0, 0, 0, 0, 0], end: true))
        await eventually { peer.bytes.suffix(2) == [8, 1] }
        return peer
    }

    /// The frames, but for those of the connection's start.
    private func story(of peer: RawPeer) -> [UInt8] {
        peer.frames.map(\.type).filter { [PropagationTests.dataFrame, PropagationTests.goAway].contains($0) }
    }

    @Test("while the news spreads it serves as before, on old connections and on new ones; then none is accepted")
    func propagation() async throws {
        // Nobody else listens there later.
        let port = try LocalPort.reserve()
        let server = try await SocketServer(
            .tcp("127.0.0.1", port: port), [EchoService(), HealthService()], .propagation(.seconds(3600)))
        let peer = try await watcher(server)
        let old = try Channel("ipv4:\(server.address)", security: .plaintext)
        #expect(try await EchoClient(old).unary(Buffer("before")).text == "before")
        server.shutDown()
        await eventually { peer.bytes.suffix(2) == [8, 2] }
        #expect(try await EchoClient(old).unary(Buffer("during")).text == "during")
        let new = try Channel("ipv4:\(server.address)", security: .plaintext)
        #expect(try await EchoClient(new).unary(Buffer("during")).text == "during")
        #expect(story(of: peer) == [0, 0])

        server.shutDown()
        await eventually { peer.isClosed }
        #expect(story(of: peer).prefix(3) == [0, 0, PropagationTests.goAway])
        try await server.finished()
        for channel in [old, new] {
            let error = await rpcError { try await EchoClient(channel).unary(Buffer("after")) }
            #expect(error?.code == .unavailable)
            await channel.shutDown(grace: .zero)
        }
    }

    @Test("propagation ends by itself, and calls that began meanwhile finish")
    func endsByItself() async throws {
        let started = Gate()
        let release = Gate()
        let service = EchoService(unary: { request, _ in
            started.open()
            try await release.wait()
            return request
        })
        let options = ServerOptions.propagation(.milliseconds(400))
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [service, HealthService()], options)
        let peer = try await watcher(server)
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext)
        let call = Task { try await EchoClient(channel).unary(Buffer("x")).text }
        try await started.wait()
        server.shutDown()
        await eventually { story(of: peer).contains(PropagationTests.goAway) }
        await eventually { peer.isClosed }
        release.open()
        #expect(try await call.value == "x")
        try await server.finished()
        await channel.shutDown(grace: .zero)
    }

    @Test("without propagation, too, watches hear that it does not serve before they hear that it goes away")
    func order() async throws {
        for _ in 0..<10 {
            let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [HealthService()], .init())
            let peer = try await watcher(server)
            server.shutDown()
            await eventually { peer.isClosed }
            #expect(story(of: peer).prefix(3) == [0, 0, PropagationTests.goAway])
            try await server.finished()
        }
    }
}
