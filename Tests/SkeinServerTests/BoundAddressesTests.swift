// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinServer

@Suite("where a server listens", .timeLimit(.minutes(1)))
struct BoundAddressesTests {
    @Test("those who ask before and those who ask after get the same answer, and the first one stays")
    func known() async throws {
        let bound = BoundAddresses()
        let address = EndpointAddress.ipv4("127.0.0.1", port: 7)
        async let early = bound.addresses()
        bound.succeed([address])
        bound.fail(ConfigurationError("too late"))
        #expect(try await early == [address])
        #expect(try await bound.addresses() == [address])
    }

    @Test("a server that cannot start tells why")
    func failed() async {
        let bound = BoundAddresses()
        bound.fail(ConfigurationError("no"))
        await #expect(throws: ConfigurationError.self) { try await bound.addresses() }
    }
}
