// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport

/// A certificate for `localhost` that vouches for itself, made by the `openssl` program. It goes with the process.
struct TestCertificate: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let lines: [String]
        var description: String { "openssl made no certificate: \(lines)" }
    }

    let certificate: String
    let key: String

    private static let folder = NSTemporaryDirectory() + "skein-interop-\(UUID().uuidString)"
    private static let shared = Task { try await TestCertificate() }

    static func get() async throws -> TestCertificate { try await shared.value }

    private init() async throws {
        (certificate, key) = ("\(Self.folder)/cert.pem", "\(Self.folder)/key.pem")
        try FileManager.default.createDirectory(
            atPath: Self.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        atexit { try? FileManager.default.removeItem(atPath: TestCertificate.folder) }
        let openssl = try ChildProcess(
            "/usr/bin/env",
            ["openssl", "req", "-x509", "-nodes", "-keyout", key, "-out", certificate, "-days", "2"]
                + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        let (lines, status) = await openssl.finish()
        guard status == 0 else { throw Failed(lines: lines) }
    }
}
