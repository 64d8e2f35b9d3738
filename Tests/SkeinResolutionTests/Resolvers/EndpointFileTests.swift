// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Endpoint files", .timeLimit(.minutes(2)))
struct EndpointFileTests {
    private func parse(_ text: String) throws(ConfigurationError) -> [Endpoint] {
        try EndpointFile.parse(Array(text.utf8))
    }

    private static let two = [Endpoint(addresses(1)[0], weight: 2), Endpoint(addresses(2)[0])]

    @Test(
        "the same list can be written in several ways",
        arguments: [
            #"{"endpoints": [{"address": "10.0.0.1:443", "weight": 2}, {"address": "10.0.0.2:443"}]}"#,
            #" [{"addresses": ["10.0.0.1:443"], "weight": "2"}, "10.0.0.2:443"]"#,
            "10.0.0.1:443 weight=2\n10.0.0.2:443\n", "# two\r\n\r\n10.0.0.1:443\tweight=2 # heavy\r\n  10.0.0.2:443",
        ])
    func formats(text: String) throws {
        #expect(try parse(text) == EndpointFileTests.two)
    }

    @Test("a text may start with an IPv6 address", arguments: ["[::1]:443", "[fe80::1%eth0]:443 priority=1"])
    func ipv6First(text: String) throws {
        #expect(try parse(text).count == 1)
    }

    @Test("an endpoint says all that is known of it")
    func everything() throws {
        let text = """
            [{"addresses": ["10.0.0.1:443", "[::1]:443"], "weight": 3, "priority": 1, "hashKey": "k",
              "locality": {"region": "r", "zone": "z", "subZone": "s"}}]
            """
        var expected = Endpoint(
            addresses(1)[0], .ipv6("::1", port: 443), weight: 3, priority: 1,
            locality: Locality(region: "r", zone: "z", subZone: "s"))
        expected.hashKey = "k"
        #expect(try parse(text) == [expected])
        #expect(
            try parse("unix:/run/a weight=3 priority=1") == [Endpoint(.unix(path: "/run/a"), weight: 3, priority: 1)])
    }

    @Test(
        "a wrong file is refused with the place",
        arguments: [
            ("", "expected at least one endpoint"), ("# nothing\n", "expected at least one endpoint"),
            ("[]", "expected at least one endpoint"), (#"{"endpoints": []}"#, "expected at least one endpoint"),
            ("{\"endpoints\": [\n{\"address\"", "line 2, column 11: expected \":\" after a member name, found the end"),
            ("\n  greeter:443", "line 2, column 3: address is \"greeter:443\": expected an IP address and port"),
            ("greeter:443", "host names are not looked up in endpoint files"),
            ("10.0.0.1:443\n10.0.0.2", "line 2, column 1: address is \"10.0.0.2\""), ("10.0.0.1:0", "line 1, column 1"),
            ("10.0.0.1:443 weight=0", "line 1, column 14: weight is \"0\": expected a whole number from 1"),
            ("10.0.0.1:443 weight", "line 1, column 14: weight is \"\""),
            ("10.0.0.1:443 priority=256", "from 0 to 255"),
            ("10.0.0.1:443 wieght=2", "line 1, column 14: \"wieght=2\" is unknown (did you mean \"weight\"?)"),
            ("10.0.0.1:443\n\n10.0.0.1:443", "line 3, column 1: 10.0.0.1:443 is listed again (first in line 1)"),
            (#"[{"address": "x:1"}]"#, "line 1, column 14: address is \"x:1\""),
            (#"[{"addresses": ["10.0.0.1:443", 5]}]"#, "endpoints[0].addresses[1] is 5: expected a string"),
            (#"[{"weight": 1}]"#, "line 1, column 2: endpoints[0]: expected an address"),
            (#"[{"adress": "10.0.0.1:443"}]"#, "endpoints[0].adress is unknown (did you mean \"address\"?)"),
            (#"[{"address": "10.0.0.1:443", "weight": -1}]"#, "endpoints[0].weight is -1"),
            ("[5x]", "line 1, column 1"),
            (#"[true]"#, "line 1, column 2: endpoints[0] is true: expected an object"),
            (#"{"endpoint": []}"#, "endpoint is unknown (did you mean \"endpoints\"?)"),
        ])
    func wrong(text: String, part: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try parse(text) }
        #expect(error.message.contains(part), "\(error)")
    }

    @Test("bytes that are not text are refused")
    func notText() {
        #expect(throws: ConfigurationError("expected UTF-8 text")) { try EndpointFile.parse([0xff, 0xfe]) }
    }

    @Test("a file cut anywhere lists what it had or is refused, and never traps")
    func cut() {
        let json = Array(#"{"endpoints": [{"address": "10.0.0.1:443", "weight": 2}]}"#.utf8)
        for length in 0..<json.count {
            #expect(throws: ConfigurationError.self) { try EndpointFile.parse(Array(json.prefix(length))) }
        }
    }
}
