// SPDX-License-Identifier: Apache-2.0
import SkeinTransport
import Testing

@Suite("what servers prove")
struct VerifiedIdentityTests {
    private func verifies(
        _ verification: TLSConfiguration.PeerVerification, authority: String = "greeter.internal"
    ) throws -> Bool {
        var configuration = TLSConfiguration()
        configuration.peerVerification = verification
        let tls = try ClientTLS(.tls(configuration), authority: authority, logger: nil)
        return SocketTransport(tls).verifiesIdentity
    }

    @Test(
        "who they are, if their certificate and its name are verified",
        arguments: [
            (TLSConfiguration.PeerVerification.automatic, true), (.required, true), (.chainOnly, false), (.none, false),
        ])
    func verification(_ verification: TLSConfiguration.PeerVerification, isVerified: Bool) throws {
        #expect(try verifies(verification) == isVerified)
    }

    @Test("not that, if each has a name of its own, or there is no TLS")
    func noName() throws {
        #expect(try !verifies(.required, authority: "10.0.0.1:1,10.0.0.2:1"))
        #expect(!SocketTransport(nil).verifiesIdentity)
    }
}
