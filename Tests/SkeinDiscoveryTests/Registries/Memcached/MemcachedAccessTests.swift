// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("Memcached that does not let everyone in", .timeLimit(.minutes(5)))
struct MemcachedAccessTests {
    private let instance = ServiceInstance(service: "s", host: "10.0.0.2", port: 2)

    private func registry(_ location: String) throws -> any ServiceRegistry {
        try RegistryCatalog(MemcachedRegistry.self).registry(location, RegistryContext())
    }

    /// Registers and lists, or says what went wrong.
    private func use(_ location: String) async throws -> [ServiceInstance] {
        let registry = try registry(location)
        let seen: Result<[ServiceInstance], any Error>
        do {
            _ = try await registry.register(instance, ttl: .seconds(60))
            seen = .success(try await registry.list("s").instances)
        } catch {
            seen = .failure(error)
        }
        await registry.close()
        return try seen.get()
    }

    @Test("a user's password opens it; a wrong one is an error that does not show it, none is an error too")
    func password() async throws {
        let server = try await MemcachedServer.make(user: "root") { ["-Y", "\($0)/users"] }
        defer { server.stop() }
        try "skein:s3cr3t+\n".write(toFile: "\(server.directory)/users", atomically: true, encoding: .utf8)
        try await server.start()
        let seen = try await use("memcached://skein:s3cr3t%2B@\(server.address)")
        #expect(seen == [instance])
        do {
            _ = try await use("memcached://skein:wr0ng@\(server.address)")
            Issue.record("let in with a wrong password")
        } catch {
            #expect((error as? RPCError)?.code == .unauthenticated)
            #expect("\(error)".contains(server.address) && !"\(error)".contains("wr0ng"), "\(error)")
        }
        do {
            _ = try await use("memcached://\(server.address)")
            Issue.record("let in without a password")
        } catch {
            #expect("\(error)".contains("unauthenticated"), "\(error)")
        }
    }

    @Test("TLS is used with a client's certificate; a server that is unknown, or has another name, is refused")
    func tls() async throws {
        let server = try await MemcachedServer.make(user: "root") { directory in
            let files = "ssl_chain_cert=\(directory)/cert.pem,ssl_key=\(directory)/key.pem"
            return ["-Z", "-o", "\(files),ssl_ca_cert=\(directory)/cert.pem,ssl_verify_mode=2"]
        }
        defer { server.stop() }
        let own = try await OwnCertificate(for: "memcached.test", in: server.directory)
        try await server.start()
        let (authority, name) = ("ca=\(own.authority)", "server-name=memcached.test")
        let identity = "cert=\(own.certificate)&key=\(own.key)"
        let seen = try await use("memcached://\(server.address)?\(authority)&\(name)&\(identity)")
        #expect(seen == [instance])
        for bad in ["\(name)&\(identity)", "\(authority)&\(identity)", "\(authority)&\(name)"] {
            await #expect(throws: RPCError.self, "\(bad)") {
                try await use("memcached://\(server.address)?tls=true&\(bad)")
            }
        }
        await #expect(throws: RPCError.self) { try await use("memcached://\(server.address)") }
    }
}
