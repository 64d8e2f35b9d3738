// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("TLS that fails", .timeLimit(.minutes(5)))
struct TLSErrorTests {
    @Test("a certificate for another name is refused with both names")
    func wrongName() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue(names: "DNS:a.example,DNS:*.b.example").identity())) { world in
            let error = try await world.failure(.tls(trusting: authority.roots), as: "orders")
            #expect(error?.code == .unavailable)
            #expect(
                error?.message
                    == "connect 127.0.0.1:\(world.port): the server's certificate is for a.example, *.b.example, not "
                    + "for orders")
            #expect(try await world.reply(.tls(trusting: authority.roots), as: "x.b.example") == "x")
        }
    }

    @Test("a certificate from an unknown authority is refused with its issuer, by our roots and by the system's")
    func untrusted() async throws {
        let (authority, stranger) = (try TestAuthority("The Issuer"), try TestAuthority())
        try await TLSWorld.with(.tls(try authority.issue().identity())) { world in
            for roots in [stranger.roots, .system] {
                let error = try await world.failure(.tls(trusting: roots))
                #expect(
                    error?.message
                        == "connect 127.0.0.1:\(world.port): the server's certificate \"server\" (issued by \"The "
                        + "Issuer\") is not trusted: no trust root vouches for it")
            }
            await world.logs("refused a TLS handshake: the client does not trust our certificate")
        }
    }

    @Test("an expired certificate is refused with its date; the server has warned of it")
    func expired() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue(days: -1).identity())) { world in
            let error = try await world.failure(.tls(trusting: authority.roots))
            #expect(
                error?.message.hasPrefix(
                    "connect 127.0.0.1:\(world.port): the server's certificate \"server\" expired 20") == true)
            await world.logs("warning", "certificate \"server\" expired")
        }
    }

    @Test("a server that does not choose h2 is refused", arguments: [[], ["http/1.1"]])
    func serverWithoutALPN(protocols: [String]) async throws {
        let authority = try TestAuthority()
        let server = try await RawTLSServer(try authority.issue(), protocols: protocols)
        let channel = try Channel("ipv4:127.0.0.1:\(server.port)", security: .tls(trusting: authority.roots))
        let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
        #expect(error?.code == .unavailable)
        #expect(
            error?.message
                == "connect 127.0.0.1:\(server.port): the server did not negotiate h2 (ALPN), but nothing; gRPC needs "
                + "HTTP/2")
        await channel.shutDown(grace: .zero)
        await server.close()
    }

    @Test("a client that does not offer h2 is cut off and logged", arguments: [[], ["http/1.1"]])
    func clientWithoutALPN(protocols: [String]) async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue().identity())) { world in
            let client = try await RawTLSClient(port: world.port, protocols: protocols)
            await eventually { client.isClosed }
            await world.logs("notice", "the client did not negotiate h2 (ALPN), but nothing")
        }
    }

    @Test("TLS 1.1 is refused")
    func oldVersion() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue().identity())) { world in
            let client = try await RawTLSClient(port: world.port, isOld: true)
            await eventually { client.isClosed }
            #expect(client.error?.contains("PROTOCOL_VERSION") == true)
            await world.logs("the client and we have no version of TLS in common")
        }
        let old = try await RawTLSServer(try authority.issue(), protocols: ["h2"], isOld: true)
        let channel = try Channel("ipv4:127.0.0.1:\(old.port)", security: .tls(trusting: authority.roots))
        let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
        #expect(error?.message.contains("the server and we have no version of TLS in common") == true)
        await channel.shutDown(grace: .zero)
        await old.close()
    }

    @Test("files that do not do are named, with what is wrong with them")
    func files() async throws {
        let authority = try TestAuthority()
        let (one, two) = (try authority.issue(), try authority.issue())
        let cases: [(TLSConfiguration.Identity?, [String])] = [
            (nil, ["no identity", ".files("]),
            (.files(certificateChain: one.certificate, privateKey: "/nowhere/me.key"), ["/nowhere/me.key", "no such"]),
            (
                .files(certificateChain: one.certificate, privateKey: two.key),
                [one.certificate, two.key, "not that of"]
            ),
            (
                .files(certificateChain: one.key, privateKey: one.certificate),
                ["certificate chain \(one.key)", "found -----BEGIN PRIVATE KEY-----"]
            ),
            (.pkcs12(file: one.certificate, password: ""), ["PKCS #12 file \(one.certificate)", "password"]),
        ]
        for (identity, words) in cases {
            var configuration = TLSConfiguration()
            configuration.identity = identity
            let server = Server(.tcp("127.0.0.1", port: 0), security: .tls(configuration), services: [EchoService()])
            let error = await #expect(throws: ConfigurationError.self) { try await server.run() }
            for word in words { #expect(error?.message.contains(word) == true, "\(error as Any)") }
        }
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Channel("dns:///a", security: .tls(trusting: .file("/nowhere/ca.pem")))
        }
        #expect(error?.message == "read trust roots /nowhere/ca.pem: no such file or directory")
    }
}
