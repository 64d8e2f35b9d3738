// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@Suite("transport security", .timeLimit(.minutes(1)))
struct TransportSecurityTests {
    @Test("plaintext is allowed, TLS is refused with the place and what to use")
    func validation() throws {
        try TransportSecurity.plaintext.validate(for: "a server")
        let error = #expect(throws: ConfigurationError.self) {
            try TransportSecurity.tls().validate(for: "channel dns:///a")
        }
        #expect(error.map { "\($0)" }?.contains("channel dns:///a") == true)
        #expect(error.map { "\($0)" }?.contains(".plaintext") == true)
    }
}
