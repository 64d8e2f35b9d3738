// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("mutual TLS", .timeLimit(.minutes(5)))
struct MutualTLSTests {
    @Test("the handler sees who the client has proved to be")
    func accepted() async throws {
        let authority = try TestAuthority()
        let client = try authority.issue(
            "billing", names: "URI:spiffe://example/billing,DNS:billing.example,IP:10.0.0.7,IP:fd00::7")
        var service = EchoService()
        let seen = Recorder<Peer>()
        service.unary = { request, context in
            seen.record(context.peer)
            return request
        }
        let security = TransportSecurity.mutualTLS(try authority.issue().identity(), trusting: authority.roots)
        try await TLSWorld.with(security, service) { world in
            let reply = try await world.reply(.mutualTLS(client.identity(), trusting: authority.roots))
            #expect(reply == "x")
        }
        let certificate = try #require(seen.all.first?.tls?.certificate)
        #expect(certificate.commonName == "billing")
        #expect(certificate.dnsNames == ["billing.example"])
        #expect(certificate.ipAddresses == ["10.0.0.7", "fd00::7"])
        #expect(certificate.uris == ["spiffe://example/billing"])
        #expect(certificate.chain.count == 2)
        #expect(certificate.chain.allSatisfy { $0.first == 0x30 })
    }

    @Test("a client without a certificate is refused, hears why, and is logged")
    func missing() async throws {
        let authority = try TestAuthority()
        let security = TransportSecurity.mutualTLS(try authority.issue().identity(), trusting: authority.roots)
        try await TLSWorld.with(security) { world in
            let error = try await world.failure(.tls(trusting: authority.roots))
            #expect(error?.code == .unavailable)
            #expect(
                error?.message
                    == "connect 127.0.0.1:\(world.port): the server requires a client certificate; give the TLS "
                    + "configuration an identity")
            await world.logs("notice", "refused a TLS handshake: the client sent no certificate", "127.0.0.1:")
        }
    }

    @Test("a client that the server's roots do not vouch for is refused, and both sides say why")
    func stranger() async throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority("Stranger"))
        let security = TransportSecurity.mutualTLS(try authority.issue().identity(), trusting: authority.roots)
        try await TLSWorld.with(security) { world in
            let error = try await world.failure(
                .mutualTLS(try stranger.issue("eve").identity(), trusting: authority.roots))
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("the server does not trust our certificate") == true, "\(error as Any)")
            await world.logs("refused a TLS handshake", "\"eve\" (issued by \"Stranger\") is not trusted")
        }
    }

    @Test("a client whose certificate has expired is refused, and both sides say why")
    func expired() async throws {
        let authority = try TestAuthority()
        let security = TransportSecurity.mutualTLS(try authority.issue().identity(), trusting: authority.roots)
        try await TLSWorld.with(security) { world in
            let error = try await world.failure(
                .mutualTLS(try authority.issue("late", days: -1).identity(), trusting: authority.roots))
            #expect(error?.message.contains("the server does not accept our certificate: expired") == true)
            await world.logs("refused a TLS handshake: the client's certificate \"late\" expired 20")
        }
    }
}
