// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinTransport

@Suite("certificates and keys that cannot be used", .timeLimit(.minutes(1)))
struct TLSMaterialTests {
    private func error(_ chain: String, _ key: String) -> String? {
        var configuration = TLSConfiguration()
        configuration.identity = .pem(certificateChain: Array(chain.utf8), privateKey: Array(key.utf8))
        return #expect(throws: ConfigurationError.self) {
            let material = try TLSMaterial(reading: configuration)
            _ = try TLSContext(configuration, material, for: .server)
        }?.message
    }

    @Test(
        "say what is expected and what was found",
        arguments: [
            ("", "found nothing"), ("hello", "found no PEM at all"),
            ("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "found -----BEGIN PRIVATE KEY-----"),
            ("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "another thing or damaged"),
            ("-----BEGIN ", "found no PEM at all"),
        ])
    func chain(_ text: String, _ found: String) {
        let message = error(text, "")
        #expect(message?.hasPrefix("use certificate chain (PEM in memory): expected certificates in PEM") == true)
        #expect(message?.contains(found) == true)
    }

    @Test("a server has an identity")
    func noIdentity() throws {
        let material = try TLSMaterial(reading: TLSConfiguration())
        let error = #expect(throws: ConfigurationError.self) {
            _ = try TLSContext(TLSConfiguration(), material, for: .server)
        }
        #expect(error?.message.contains("it has no identity") == true)
    }

    @Test("files that are none are named", arguments: [("/nowhere/x.pem", "no such file"), ("/", "regular file")])
    func files(_ path: String, _ reason: String) {
        var configuration = TLSConfiguration()
        configuration.identity = .files(certificateChain: path, privateKey: path)
        let error = #expect(throws: ConfigurationError.self) { _ = try TLSMaterial(reading: configuration) }
        #expect(error?.message.hasPrefix("read certificate chain \(path): ") == true)
        #expect(error?.message.contains(reason) == true)
    }
}
