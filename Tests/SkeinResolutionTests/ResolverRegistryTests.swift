// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Testing

@Suite("The registry of resolvers", .timeLimit(.minutes(2)))
struct ResolverRegistryTests {
    private struct Fixed: Resolver {
        static let schemes = ["fixed", "dns"]
        let endpoints: [Endpoint]
        init(_ target: Target, _ context: ResolverContext) throws {
            guard !target.path.isEmpty else { throw RPCError(.internal, "an error of its own") }
            endpoints = target.path.split(separator: ",").compactMap {
                EndpointAddress(String($0)).map { Endpoint($0) }
            }
        }
        func run(_ updates: ResolutionUpdates) async throws { updates.publish(Resolution(endpoints)) }
    }

    @Test("the built-in schemes are there")
    func builtIn() {
        #expect(
            ResolverRegistry.builtIn.schemes == [
                "dns", "dns+srv", "file", "ipv4", "ipv6", "static", "unix", "unix-abstract",
            ])
    }

    @Test("an application's resolver serves its schemes, also without slashes, and replaces a built-in one")
    func custom() async throws {
        var registry = ResolverRegistry.builtIn
        registry.register(Fixed.self)
        let bench = Bench()
        for text in ["fixed:///10.0.0.1:443", "fixed:10.0.0.1:443", "dns:///10.0.0.1:443"] {
            let resolver = try registry.make(registry.target(text), bench.context())
            #expect(resolver is Fixed)
        }
        #expect(!ResolverRegistry.builtIn.schemes.contains("fixed"))
    }

    @Test("an unknown scheme is an error that lists the registered ones and the nearest")
    func unknown() throws {
        let message = """
            read target "dnss:///greeter" at character 1: expected a scheme out of dns, dns+srv, file, ipv4, ipv6, static, \
            unix, unix-abstract (did you mean "dns"?), or host:port, found "dnss:///greeter"
            """
        #expect(throws: ConfigurationError(message)) { try ResolverRegistry.builtIn.target("dnss:///greeter") }
        #expect(throws: ConfigurationError(message)) {
            try ResolverRegistry.builtIn.make(Target("dnss:///greeter"), ResolverContext())
        }
        #expect(throws: ConfigurationError.self) { try ResolverRegistry.builtIn.target("https://greeter") }
    }

    @Test("an error of the resolver's own becomes a configuration error that names the target")
    func foreignError() throws {
        let registry = ResolverRegistry(Fixed.self)
        let message = "resolve target \"fixed:///\": INTERNAL: an error of its own"
        #expect(throws: ConfigurationError(message)) { try registry.make(Target("fixed:///"), ResolverContext()) }
    }

    @Test(
        "sockets and files give localhost as the authority, others their path",
        arguments: [
            ("unix:///run/app.sock", "localhost"), ("unix-abstract:a", "localhost"), ("file:///etc/x", "localhost"),
            ("dns:///greeter:50051", "greeter:50051"), ("static:///orders", "orders"),
            ("dns+srv:///_grpc._tcp.greeter.prod", "greeter.prod"), ("dns+srv:///greeter.prod", "greeter.prod"),
            ("dns+srv:///_grpc._tcp", "_grpc._tcp"), ("dns://10.0.0.53/greeter:50051", "greeter:50051"),
        ])
    func authority(text: String, authority: String) throws {
        let registry = ResolverRegistry.builtIn
        #expect(try registry.serviceAuthority(of: registry.target(text)) == authority)
    }
}
