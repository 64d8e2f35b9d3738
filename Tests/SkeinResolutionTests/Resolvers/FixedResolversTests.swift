// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Testing

@Suite("Targets that are their own answer", .timeLimit(.minutes(1)))
struct FixedResolversTests {
    @Test(
        "the addresses are published once, and the run is over",
        arguments: [
            ("ipv4:1.2.3.4:1,1.2.3.5:2", "1.2.3.4:1 1.2.3.5:2"), ("ipv4:///1.2.3.4", "1.2.3.4:443"),
            ("ipv6:[::1]:1,[::2]:2", "[::1]:1 [::2]:2"), ("ipv6:::1", "[::1]:443"), ("unix:app.sock", "unix:app.sock"),
            ("unix:///run/app.sock", "unix:/run/app.sock"), ("unix:/run/a%20b", "unix:/run/a b"),
        ])
    func addresses(text: String, answer: String) async throws {
        let bench = Bench()
        let resolver = try ResolverRegistry.builtIn.make(Target(text), bench.context())
        try await resolver.run(ResolutionUpdates(bench.mailbox))
        #expect(await bench.result(1) == answer)
        #expect(bench.results.count == 1)
    }

    #if os(Linux)
        @Test("an abstract socket is one whose path starts with NUL")
        func abstract() async throws {
            let bench = Bench()
            let resolver = try ResolverRegistry.builtIn.make(Target("unix-abstract:a"), bench.context())
            try await resolver.run(ResolutionUpdates(bench.mailbox))
            let resolution = try bench.results[0].get()
            #expect(resolution.endpoints == [Endpoint(.unix(path: "\0a"))])
        }
    #endif

    @Test(
        "a wrong target is refused at the place",
        arguments: [
            ("ipv4:", "character 6: expected a host and port"), ("ipv4:1.2.3.4:1,", "character 16: expected a host"),
            ("ipv4:1.2.3.4:1,x:2", "character 16: expected a number such as 10.0.0.7:443, found \"x:2\""),
            ("ipv4:[::1]:1", "character 6: expected a number such as 10.0.0.7:443"),
            ("ipv6:[::1]:1,1.2.3.4:1", "character 14: expected a number such as [::1]:443"),
            ("ipv4:1.2.3.4:0", "character 14: expected a port"), ("ipv4://h/1.2.3.4:1", "expected nothing between //"),
            ("ipv4:1.2.3.4:1?x=1", "ipv4: takes no parameters"), ("unix:", "expected the path of a socket"),
            ("unix:///", "expected the path of a socket"), ("unix://a/b", "as in unix:///path"),
            ("unix:a%00b", "expected no NUL"), ("unix-abstract:", "expected the name of an abstract socket"),
            ("unix:" + String(repeating: "x", count: 104), "expected at most 103 bytes"),
        ])
    func wrong(text: String, part: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ResolverRegistry.builtIn.make(Target(text), ResolverContext())
        }
        #expect(error.message.contains(part), "\(error)")
    }
}
