// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Endpoint addresses", .timeLimit(.minutes(2)))
struct EndpointAddressTests {
    @Test(
        "an address is read from the text that it prints",
        arguments: [
            ("10.0.0.7:443", .ipv4("10.0.0.7", port: 443)), ("0.0.0.0:0", .ipv4("0.0.0.0", port: 0)),
            ("255.255.255.255:65535", .ipv4("255.255.255.255", port: 65535)), ("[::1]:443", .ipv6("::1", port: 443)),
            ("[fe80::1%eth0]:1", .ipv6("fe80::1%eth0", port: 1)),
            ("[::ffff:1.2.3.4]:1", .ipv6("::ffff:1.2.3.4", port: 1)),
            ("unix:/run/app.sock", .unix(path: "/run/app.sock")), ("unix:relative", .unix(path: "relative")),
            ("unix-abstract:name", .unix(path: "\0name")),
        ] as [(String, EndpointAddress)])
    func roundTrip(text: String, address: EndpointAddress) {
        #expect(EndpointAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(
        "anything else is refused, host names included",
        arguments: [
            "", ":", ":443", "10.0.0.7", "10.0.0.7:", "10.0.0.7:65536", "10.0.0.7:-1", "10.0.0.7:+1", "10.0.0.7:x",
            "10.0.0:443", "10.0.0.256:443", "10.0.0.07:443", "10.0.0.7.1:443", "1٣.0.0.7:443", "::1:443", "[::1]",
            "[]:443",
            "[10.0.0.7]:443", "localhost:443", "unix:", "unix-abstract:",
        ])
    func refuses(text: String) {
        #expect(EndpointAddress(text) == nil)
    }

    @Test(
        "the shapes of IPv6 addresses",
        arguments: [
            ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6:7:8", true), ("1:2:3:4:5:6:1.2.3.4", true),
            ("1:2:3::7:8", true), ("fe80::1%eth0", true), ("ABCD::ef01", true), ("", false), (":", false),
            (":::", false), ("1::2::3", false), ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:8:9", false),
            ("1:2:3:4:5:6:7::8", false), ("12345::", false), ("g::", false), ("1.2.3.4::", false), ("1.2.3.4", false),
            ("::1%", false), (":1", false), ("1:", false),
        ])
    func ipv6(text: String, isAddress: Bool) {
        #expect(EndpointAddress.isIPv6(text) == isAddress)
    }

    @Test("host and port are told apart, and a socket path has no port")
    func parts() {
        let address = EndpointAddress.ipv6("::1", port: 443)
        #expect(address.host == "::1")
        #expect(address.port == 443)
        #expect(EndpointAddress.unix(path: "/x").port == nil)
        #expect(EndpointAddress.unix(path: "/x").host == "/x")
    }
}
