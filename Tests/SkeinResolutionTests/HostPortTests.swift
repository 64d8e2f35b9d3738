// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Hosts with ports", .timeLimit(.minutes(2)))
struct HostPortTests {
    @Test(
        "a host is a name or a number, and its port may be left out",
        arguments: [
            ("greeter:50051", "greeter", 50051), ("greeter", "greeter", 443), ("10.0.0.7:1", "10.0.0.7", 1),
            ("10.0.0.7", "10.0.0.7", 443), ("[::1]:65535", "::1", 65535), ("[::1]", "::1", 443), ("::1", "::1", 443),
            ("fe80::1%eth0", "fe80::1%eth0", 443), ("a_b-c.d.:80", "a_b-c.d.", 80),
        ])
    func parts(text: String, host: String, port: Int) throws {
        let parsed = try HostPort(text, defaultPort: 443)
        #expect(parsed.host == host)
        #expect(parsed.port == port)
    }

    @Test(
        "anything else is refused at the place",
        arguments: [
            ("", 0), (":443", 0), ("a:", 2), ("a:0", 2), ("a:65536", 2), ("a:http", 2), ("a:1:2", 2), ("a:+1", 2),
            ("[::1", 4), ("[a]:1", 1), ("[::1]x", 5), ("[::1]:", 6), ("a/b:1", 1), ("é:1", 0), ("a@b", 1),
        ])
    func refuses(text: String, offset: Int) throws {
        let problem = try #require(throws: HostPort.Problem.self) { try HostPort(text, defaultPort: 443) }
        #expect(problem.offset == offset)
    }

    @Test("a number is an address, a name is none")
    func address() throws {
        #expect(try HostPort("10.0.0.7", defaultPort: 1).address == .ipv4("10.0.0.7", port: 1))
        #expect(try HostPort("[::1]:2", defaultPort: 1).address == .ipv6("::1", port: 2))
        #expect(try HostPort("localhost", defaultPort: 1).address == nil)
    }
}
