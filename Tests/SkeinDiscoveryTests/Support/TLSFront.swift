// SPDX-License-Identifier: Apache-2.0
import Foundation

/// HAProxy, which takes TLS for a stand-in that has none, and lets in only those who show its own certificate.
struct TLSFront {
    /// What its certificate is for.
    static let name = "registry.test"

    let certificate: OwnCertificate
    private let server: LocalServer

    /// `target`: `host:port`, or `unix@` and a path.
    init(to target: String) async throws {
        server = try await LocalServer("haproxy", package: "haproxy") { directory, port in
            let configuration = """
                global
                    maxconn 256
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                listen front
                    bind 127.0.0.1:\(port) ssl crt \(directory)/both.pem ca-file \(directory)/cert.pem verify required
                    server stand-in \(target)

                """
            try configuration.write(toFile: "\(directory)/haproxy.cfg", atomically: true, encoding: .utf8)
            return ["-q", "-db", "-f", "\(directory)/haproxy.cfg"]
        }
        certificate = try await OwnCertificate(for: TLSFront.name, in: server.directory)
        let files = [certificate.certificate, certificate.key]
        let both = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
        try both.joined().write(toFile: "\(server.directory)/both.pem", atomically: true, encoding: .utf8)
        try await server.start()
    }

    var address: String { server.address }

    func stop() { server.stop() }
}
