// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import SkeinClient
import SkeinCore
import SkeinHTTP2
import SkeinResolution
import SkeinServer
import Testing

@testable import SkeinTransport

@Suite("TLS leaves nothing behind", .serialized, .timeLimit(.minutes(5)))
struct TLSLeakTests {
    /// Refers weakly to what must be gone.
    private final class Weak: Sendable {
        private struct Box: Sendable {
            weak let object: (any AnyObject & Sendable)?
        }

        private let boxes = Recorder<Box>()

        func watch(_ object: any AnyObject & Sendable) { boxes.record(Box(object: object)) }

        var count: Int { boxes.count }
        var alive: [String] { boxes.all.compactMap { box in box.object.map { "\(type(of: $0))" } } }
    }

    /// Watches the connections that it opens.
    private struct WatchedTransport: ClientTransport {
        let transport: SocketTransport
        let weak: Weak

        var isPrivate: Bool { transport.isPrivate }

        func open(_ connection: ClientConnection, timeout: Duration) throws {
            weak.watch(connection)
            try transport.open(connection, timeout: timeout)
        }
    }

    /// Makes 20 channels to `world`, each with a call.
    private func call(_ world: TLSWorld, _ security: TransportSecurity, expecting code: StatusCode, _ weak: Weak)
        async throws
    {
        for _ in 0..<20 {
            let tls = try #require(try ClientTLS(security, authority: "localhost", logger: nil))
            weak.watch(tls)
            let endpoints = EndpointList(Endpoint(world.server.address))
            let channel = try Channel("static:///world", options: .endpoints(endpoints, as: "world")) {
                $0.transport = WatchedTransport(transport: SocketTransport(tls), weak: weak)
            }
            var seen = StatusCode.ok
            do { _ = try await EchoClient(channel).unary(Buffer("x")) } catch {
                seen = error.code
            }
            #expect(seen == code)
            await channel.shutDown(grace: .zero)
        }
    }

    @Test("no connection, session or context is left, whether handshakes succeed or fail")
    func connections() async throws {
        let weak = Weak()
        let (authority, stranger) = (try TestAuthority(), try TestAuthority())
        var service = EchoService()
        service.unary = { request, context in
            if let session = context.peer.tls { weak.watch(session) }
            return request
        }
        let identity = try authority.issue().identity(reloadEvery: .milliseconds(10))
        try await TLSWorld.with(.tls(identity), service) { world in
            let reloading = TLSConfiguration.TrustRoots.file(
                authority.root.certificate, reloadEvery: .milliseconds(10))
            try await call(world, .tls(trusting: reloading), expecting: .ok, weak)
            try await call(world, .tls(trusting: stranger.roots), expecting: .unavailable, weak)
        }
        #expect(weak.count >= 100)
        await eventually(within: .seconds(40)) { weak.alive.isEmpty }
        #expect(weak.alive == [])
    }

    @Test("looking for changes ends when nobody needs them any more")
    func watching() async throws {
        let files = try TestAuthority().issue()
        let weak = Weak()
        do {
            var configuration = TLSConfiguration()
            configuration.identity = files.identity(reloadEvery: .milliseconds(10))
            let source = try TLSContextSource(configuration, for: .server, logger: nil)
            source.watch(on: MultiThreadedEventLoopGroup.singleton.next())
            weak.watch(source)
            for _ in 0..<50 { await pause() }
            #expect(weak.alive.count == 1)
        }
        await eventually(within: .seconds(40)) { weak.alive.isEmpty }
        #expect(weak.alive == [])
    }
}
