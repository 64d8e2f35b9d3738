// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinTransport

@Suite("server names", .timeLimit(.minutes(1)))
struct ServerNameTests {
    @Test(
        "the host of an authority is the name",
        arguments: [
            ("orders", "orders"), ("Orders.Example.:443", "orders.example"), ("10.0.0.7:443", "10.0.0.7"),
            ("[::1]:50051", "::1"), ("::1", "::1"), ("[FE80:0::1%25eth0]", "fe80::1"), ("10.0.0.7", "10.0.0.7"),
            ("10.0.0.7:443,10.0.0.8:443", nil), ("", nil), (":443", nil),
        ] as [(String, String?)])
    func authority(_ authority: String, _ expected: String?) {
        #expect(ServerName(authority: authority)?.text == expected)
    }

    @Test("addresses are not sent in the handshake, names are")
    func indication() {
        #expect(ServerName("orders.example.").indication == "orders.example")
        #expect(ServerName("10.0.0.7").indication == nil)
        #expect(ServerName("::1").indication == nil)
    }

    @Test(
        "a name is proven by itself and by a wildcard for its first label",
        arguments: [
            ("orders.example", "orders.example", true), ("orders.example", "ORDERS.Example.", true),
            ("orders.example", "*.example", false), ("a.orders.example", "*.orders.example", true),
            ("orders.example", "*.orders.example", false), ("a.b.orders.example", "*.orders.example", false),
            ("a.orders.example", "a*.orders.example", false), ("a.orders.example", "*.*.example", false),
            (".orders.example", "*.orders.example", false), ("orders", "order", false), ("orders", "*", false),
            ("orders.example", "", false), ("10.0.0.7", "10.0.0.7", false), ("10.0.0.7", "*.0.0.7", false),
        ])
    func names(_ name: String, _ pattern: String, _ isProven: Bool) {
        let certificate = Peer.Certificate(chain: [], commonName: name, dnsNames: ["x", pattern])
        #expect(ServerName(name).isProven(by: certificate) == isProven)
    }

    @Test("an address is proven by itself alone, a name by no address")
    func addresses() {
        let certificate = Peer.Certificate(
            chain: [], dnsNames: ["10.0.0.9", "orders"], ipAddresses: ["10.0.0.7", "fd00::7"])
        #expect(ServerName("10.0.0.7").isProven(by: certificate))
        #expect(ServerName("FD00:0:0::7").isProven(by: certificate))
        #expect(!ServerName("10.0.0.8").isProven(by: certificate))
        #expect(!ServerName("10.0.0.9").isProven(by: certificate))
        #expect(!ServerName("billing").isProven(by: certificate))
    }
}
