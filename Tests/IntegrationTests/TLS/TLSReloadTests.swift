// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@Suite("certificates that change", .timeLimit(.minutes(5)))
struct TLSReloadTests {
    private static let interval = Duration.milliseconds(20)

    /// The serial number that a new connection sees.
    private func serial(_ world: TLSWorld) async throws -> [UInt8]? {
        let client = try await RawTLSClient(port: world.port)
        var serial: [UInt8]?
        await eventually {
            serial = (try? await client.serial()) ?? nil
            return serial != nil
        }
        await client.close()
        return serial
    }

    @Test("a new certificate serves new connections, while calls on old ones go on")
    func server() async throws {
        let authority = try TestAuthority()
        let files = try authority.issue()
        // So long that both files are replaced between two looks.
        try await TLSWorld.with(.tls(files.identity(reloadEvery: .milliseconds(500)))) { world in
            try await world.withEcho(.tls(trusting: authority.roots)) { echo in
                let chat = try await echo.chat()
                try await chat.requests.write(Buffer("before"))
                var replies = chat.responses.makeAsyncIterator()
                #expect(try await replies.next()?.text == "before")
                let old = try await serial(world)
                try authority.issue().replace(files)
                await world.logs("info", "reloaded certificates")
                #expect(try await serial(world) != old)
                try await chat.requests.write(Buffer("after"))
                #expect(try await replies.next()?.text == "after")
                chat.requests.finish()
                #expect(try await replies.next() == nil)
                let summary = try await echo.unary.response(Buffer("x"))
                #expect(summary.attempts.count == 1)
            }
            #expect(!world.log.lines.contains { $0.hasPrefix("error") })
        }
    }

    @Test("a pair that does not fit is logged once and changes nothing; the next good one is used")
    func misfit() async throws {
        let authority = try TestAuthority()
        let files = try authority.issue()
        try await TLSWorld.with(.tls(files.identity(reloadEvery: Self.interval))) { world in
            let old = try await serial(world)
            let other = try authority.issue()
            try TestAuthority.write(
                String(decoding: try TestAuthority.read(other.certificate), as: UTF8.self), to: files.certificate)
            await world.logs("error", "not that of the first certificate", "go on with the certificates read before")
            #expect(try await serial(world) == old)
            for _ in 0..<100 { await pause() }
            #expect(world.log.lines.count { $0.hasPrefix("error") } == 1)
            try other.replace(files)
            await world.logs("info", "reloaded certificates")
            #expect(try await serial(world) != old)
        }
    }

    @Test("a client's trust roots and identity are read again, too")
    func client() async throws {
        let (first, second) = (try TestAuthority("First"), try TestAuthority("Second"))
        let identity = try first.issue("client")
        let server = TransportSecurity.mutualTLS(try second.issue().identity(), trusting: second.roots)
        try await TLSWorld.with(server) { world in
            let log = LogRecorder()
            let security = TransportSecurity.mutualTLS(
                identity.identity(reloadEvery: Self.interval),
                trusting: .file(first.root.certificate, reloadEvery: Self.interval))
            var options = ChannelOptions.logger(log.logger)
            options.backoff = Backoff(initial: .milliseconds(10), maximum: .milliseconds(10))
            try await world.withEcho(security, options: options) { echo in
                let error = await rpcError { try await echo.unary(Buffer("x")) }
                #expect(error?.message.contains("is not trusted") == true)
                try second.issue("client").replace(identity)
                try TestAuthority.write(
                    String(decoding: try TestAuthority.read(second.root.certificate), as: UTF8.self),
                    to: first.root.certificate)
                let reply = try await echo.unary(Buffer("x"), .waitForReady.deadline(.seconds(20)))
                #expect(reply.text == "x")
                #expect(log.lines.contains { $0.contains("reloaded certificates") })
            }
        }
    }
}
