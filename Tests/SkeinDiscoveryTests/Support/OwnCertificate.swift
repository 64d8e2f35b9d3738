// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// A certificate for one name, signed by itself, in files of a test's directory.
struct OwnCertificate {
    let certificate: String
    let key: String

    init(for name: String, in directory: String) async throws {
        certificate = "\(directory)/cert.pem"
        key = "\(directory)/key.pem"
        let process = try ChildProcess(
            try LocalServer.path("openssl", package: "openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate,
            ])
        let (lines, status) = await process.finish()
        try #require(status == 0, "\(lines)")
    }

    /// As the value of a parameter.
    var authority: String { certificate.replacing("/", with: "%2F") }
}
