// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@Suite("transport security", .timeLimit(.minutes(1)))
struct TransportSecurityTests {
    @Test("the scheme of requests follows")
    func scheme() {
        #expect("\(TransportSecurity.plaintext.scheme)" == "http")
        #expect("\(TransportSecurity.tls().scheme)" == "https")
    }

    @Test("what is printed holds no key and no password")
    func printing() {
        let secret = Array("0123456789".utf8)
        let identities: [TLSConfiguration.Identity] = [
            .pem(certificateChain: secret, privateKey: secret), .pkcs12(file: "me.p12", password: "0123456789"),
        ]
        for identity in identities {
            let security = TransportSecurity.mutualTLS(identity)
            var text = "\(security) \(String(reflecting: security)) \(identity)"
            dump(security, to: &text)
            #expect(!text.contains("0123456789"))
            #expect(!text.contains("48, 49"))
            #expect(!text.contains("- 48"))
        }
    }
}
