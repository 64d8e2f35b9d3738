// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Testing

@Suite("static: targets", .timeLimit(.minutes(1)))
struct StaticResolverTests {
    @Test("a list is published, and again when the application changes it")
    func updates() async throws {
        let list = EndpointList(Endpoint(addresses(1)[0]))
        var registry = ResolverRegistry.builtIn
        registry.register(list, as: "orders")
        let bench = Bench()
        try await bench.run(registry.make(Target("static:///orders"), bench.context())) {
            #expect(await bench.result(1) == "10.0.0.1:443")
            list.update(addresses(2, 3).map { Endpoint($0) })
            #expect(await bench.result(2) == "10.0.0.2:443 10.0.0.3:443")
        }
        let before = bench.results.count
        list.update([])
        #expect(bench.results.count == before)
        #expect(list.endpoints.isEmpty)
    }

    @Test("a name that is not registered is an error that lists those that are")
    func unknown() throws {
        var registry = ResolverRegistry.builtIn
        let none = try #require(throws: ConfigurationError.self) {
            try registry.make(Target("static:///orders"), ResolverContext())
        }
        #expect(none.message.contains("none is"))
        registry.register(EndpointList(), as: "orders")
        let slip = try #require(throws: ConfigurationError.self) {
            try registry.make(Target("static:///ordres"), ResolverContext())
        }
        #expect(slip.message.contains("(did you mean \"orders\"?), registered: orders"))
    }
}
