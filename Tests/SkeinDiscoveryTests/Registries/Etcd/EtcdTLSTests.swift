// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("etcd by TLS", .timeLimit(.minutes(4)))
struct EtcdTLSTests {
    private let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        try await issue("ca", [])
        try await issue("server", ["-CA", "ca", "-addext", "subjectAltName=IP:127.0.0.1,DNS:etcd.internal"])
        try await issue("client", ["-CA", "ca"])
    }

    /// A key and a certificate; `words` after `-CA` name another of them.
    private func issue(_ name: String, _ words: [String]) async throws {
        var words = words
        if words.first == "-CA" {
            words.replaceSubrange(0...1, with: ["-CA", folder.file("ca.pem"), "-CAkey", folder.file("ca.key")])
        }
        let openssl = try ChildProcess(
            "/usr/bin/env",
            ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                + ["-keyout", folder.file("\(name).key"), "-out", folder.file("\(name).pem")]
                + ["-days", "2", "-subj", "/CN=\(name)"] + words)
        let result = await openssl.finish()
        #expect(result.status == 0, "openssl: \(result.lines)")
    }

    @Test("with certificates of both sides it is reached, without them it is not, and the error says why")
    func mutual() async throws {
        let etcd = try await EtcdCluster(
            scheme: "https",
            options: ["--cert-file", folder.file("server.pem"), "--key-file", folder.file("server.key")]
                + ["--client-cert-auth", "--trusted-ca-file", folder.file("ca.pem")])
        let catalog = RegistryCatalog(EtcdRegistry.self)
        let roots = "?ca=\(folder.file("ca.pem"))"
        let identity = "&cert=\(folder.file("client.pem"))&key=\(folder.file("client.key"))"
        for query in ["", "&server-name=etcd.internal"] {
            let registry = try catalog.registry(etcd.location + roots + identity + query, RegistryContext())
            try await until(within: .seconds(60)) { (try? await registry.list("s")) != nil }
            await registry.close()
        }
        for (query, part) in [
            ("?tls=true" + identity, "certificate"), (roots + identity + "&server-name=other", "other"),
        ] {
            let registry = try catalog.registry(etcd.location + query, RegistryContext())
            let error = await #expect(throws: RPCError.self) { try await registry.list("s") }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains(part) == true, "\(String(describing: error))")
            await registry.close()
        }
    }
}
