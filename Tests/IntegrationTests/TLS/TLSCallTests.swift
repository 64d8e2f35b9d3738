// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@Suite("calls over TLS", .timeLimit(.minutes(5)))
struct TLSCallTests {
    private func trusting(
        _ authority: TestAuthority, _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) -> TransportSecurity {
        var configuration = TLSConfiguration()
        configuration.trustRoots = authority.roots
        change(&configuration)
        return .tls(configuration)
    }

    @Test("calls of every shape work, and the handler sees the session", arguments: [false, true])
    func shapes(is13: Bool) async throws {
        let authority = try TestAuthority()
        var configuration = TLSConfiguration()
        configuration.identity = try authority.issue().identity()
        if is13 { configuration.minimumVersion = .tls13 }
        var service = EchoService()
        let seen = Recorder<Peer>()
        service.unary = { request, context in
            seen.record(context.peer)
            return request
        }
        try await TLSWorld.with(.tls(configuration), service) { world in
            try await world.withEcho(trusting(authority)) { echo in
                let large = Buffer(count: 3 << 20)
                #expect(try await echo.unary(large).isSame(as: large))
                var replies = 0
                for try await reply in try await echo.expand(large) {
                    replies += reply.isSame(as: large) ? 1 : 0
                }
                #expect(replies == 3)
                let joined = try await echo.collect { requests in
                    for part in ["a", "b", "c"] { try await requests.write(Buffer(part)) }
                }
                #expect(joined.text == "abc")
                let chat = try await echo.chat()
                try await chat.requests.write(Buffer("hi"))
                chat.requests.finish()
                var said: [String] = []
                for try await reply in chat.responses { said.append(reply.text) }
                #expect(said == ["hi"])
            }
            #expect(seen.all.first?.tls?.version == "TLSv1.3")
            #expect(seen.all.first?.tls?.certificate == nil)
            #expect(!world.log.lines.contains { $0.hasPrefix("notice") || $0.hasPrefix("error") })
        }
    }

    @Test("a server that is known by its address must have it in its certificate")
    func address() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue(names: "DNS:x,IP:127.0.0.1").identity())) { world in
            let channel = try Channel("ipv4:127.0.0.1:\(world.port)", security: trusting(authority))
            #expect(try await EchoClient(channel).unary(Buffer("x")).text == "x")
            await channel.shutDown(grace: .zero)
        }
        try await TLSWorld.with(.tls(try authority.issue(names: "DNS:localhost,IP:127.0.0.2").identity())) { world in
            let channel = try Channel("ipv4:127.0.0.1:\(world.port)", security: trusting(authority))
            let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
            #expect(
                error?.message
                    == "connect 127.0.0.1:\(world.port): the server's certificate is for localhost, 127.0.0.2, not for "
                    + "127.0.0.1")
            await channel.shutDown(grace: .zero)
        }
    }

    @Test("TLS works over a Unix socket, with the name that is given")
    func unixSocket() async throws {
        let authority = try TestAuthority()
        let identity = try authority.issue(names: "DNS:orders.example").identity()
        let path = CallWorld.nextSocketPath()
        try await TLSWorld.with(.tls(identity), bind: .unix(path: path)) { world in
            let security = trusting(authority) { $0.serverName = "orders.example" }
            let channel = try Channel("unix:\(path)", security: security)
            #expect(try await EchoClient(channel).unary(Buffer("x")).text == "x")
            await channel.shutDown(grace: .zero)
        }
    }

    @Test("an identity may be in memory or in a PKCS #12 file")
    func identities() async throws {
        let authority = try TestAuthority()
        let files = try authority.issue()
        let identities: [TLSConfiguration.Identity] = [
            .pem(
                certificateChain: try TestAuthority.read(files.certificate),
                privateKey: try TestAuthority.read(files.key)),
            .pkcs12(file: try authority.bundle(files, password: "secret"), password: "secret"),
        ]
        for identity in identities {
            try await TLSWorld.with(.tls(identity)) { world in
                let roots = TLSConfiguration.TrustRoots.pem(try TestAuthority.read(authority.root.certificate))
                #expect(try await world.reply(.tls(trusting: roots)) == "x")
            }
        }
    }

    @Test("what is asked of the server's certificate can be less")
    func verification() async throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority("Stranger"))
        try await TLSWorld.with(.tls(try authority.issue(names: "DNS:other").identity())) { world in
            #expect(try await world.reply(trusting(authority) { $0.peerVerification = .chainOnly }) == "x")
            #expect(try await world.reply(trusting(stranger) { $0.peerVerification = .none }) == "x")
            let error = try await world.failure(trusting(stranger) { $0.peerVerification = .chainOnly })
            #expect(error?.message.contains("is not trusted") == true)
        }
    }

    @Test("a server that drains lets calls over TLS finish, and both sides close in good order")
    func drain() async throws {
        let authority = try TestAuthority()
        var service = EchoService()
        let (started, gate) = (Gate(), Gate())
        service.unary = { request, _ in
            started.open()
            try await gate.wait()
            return request
        }
        let log = LogRecorder()
        try await TLSWorld.with(.tls(try authority.issue().identity()), service) { world in
            try await world.withEcho(trusting(authority), options: .logger(log.logger)) { echo in
                async let reply = echo.unary(Buffer(count: 1 << 20))
                try await started.wait()
                world.server.shutDown()
                await eventually { log.lines.contains { $0.contains("connection drains") } }
                gate.open()
                #expect(try await reply.count == 1 << 20)
                try await world.server.finished()
                #expect(log.lines.filter { $0.contains("close_notify") } == [])
            }
        }
    }
}
