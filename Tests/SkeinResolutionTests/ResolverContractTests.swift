// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTesting
internal import Testing

@testable internal import SkeinResolution

/// What every resolver promises, whatever its scheme. A resolver that is added to the registry gets a row here.
@Suite("The resolver contract", .timeLimit(.minutes(1)))
struct ResolverContractTests {
    struct Subject: Sendable, CustomTestStringConvertible {
        var scheme: String
        var good: String
        var malformed: String
        var testDescription: String { scheme }
    }

    static let subjects = [
        Subject(scheme: "dns", good: "dns:///greeter:50051", malformed: "dns:///:1"),
        Subject(scheme: "dns+srv", good: "dns+srv:///_grpc._tcp.greeter", malformed: "dns+srv:///greeter:1"),
        Subject(scheme: "ipv4", good: "ipv4:10.0.0.1:443", malformed: "ipv4:10.0.0:443"),
        Subject(scheme: "ipv6", good: "ipv6:[::1]:443", malformed: "ipv6:[::1:443"),
        Subject(scheme: "unix", good: "unix:///run/app.sock", malformed: "unix:"),
        Subject(scheme: "unix-abstract", good: "unix-abstract:app", malformed: "unix-abstract:"),
        Subject(scheme: "static", good: "static:///orders", malformed: "static:///nobody"),
        Subject(scheme: "file", good: "file:///nowhere/at/all", malformed: "file:///"),
    ]

    private func makeRegistry() -> ResolverRegistry {
        var registry = ResolverRegistry.builtIn
        registry.register(EndpointList(Endpoint(addresses(1)[0])), as: "orders")
        return registry
    }

    private func make(_ text: String, _ bench: Bench) throws -> any Resolver {
        let registry = makeRegistry()
        let context = bench.context {
            $0.lookup = ScriptedLookup(.success(addresses(1)))
            // Nobody listens there, and nobody has to: that nobody answers is worth telling, too.
            $0.nameServers = DNSClient { DNSConfiguration(servers: [HostPort(host: "127.0.0.1", port: 1)]) }
        }
        return try registry.make(registry.target(text), context)
    }

    @Test("every registered scheme is under contract")
    func coverage() {
        #expect(ResolverContractTests.subjects.map(\.scheme).sorted() == ResolverRegistry.builtIn.schemes)
    }

    @Test("a malformed target is refused when the resolver is made, by an error that quotes it", arguments: subjects)
    func malformed(subject: Subject) throws {
        let error = try #require(throws: ConfigurationError.self) { try make(subject.malformed, Bench()) }
        #expect(error.message.contains("\"\(subject.malformed)\""))
        #expect(error.message.contains("expected"))
    }

    @Test("an unknown parameter is refused", arguments: subjects)
    func parameter(subject: Subject) throws {
        let error = try #require(throws: ConfigurationError.self) { try make("\(subject.good)?colour=red", Bench()) }
        #expect(error.message.contains("colour"))
    }

    @Test("making one starts nothing, running it publishes, and cancelling ends the run", arguments: subjects)
    func lifetime(subject: Subject) async throws {
        let bench = Bench()
        let resolver = try make(subject.good, bench)
        #expect(bench.results.isEmpty)
        try await bench.run(resolver) { _ = await bench.results(atLeast: 1) }
    }

    @Test("it can be run again after it was cancelled", arguments: subjects)
    func again(subject: Subject) async throws {
        let bench = Bench()
        let resolver = try make(subject.good, bench)
        try await bench.run(resolver) { _ = await bench.results(atLeast: 1) }
        let before = bench.results.count
        try await bench.run(resolver) { _ = await bench.results(atLeast: before + 1) }
    }

    @Test("a run that is cancelled before it starts ends", arguments: subjects)
    func cancelledEarly(subject: Subject) async throws {
        let bench = Bench()
        try await bench.run(make(subject.good, bench)) {}
    }

    @Test("a request for a new look is answered by one from a resolver that still runs", arguments: ["dns", "static"])
    func refresh(scheme: String) async throws {
        let subject = try #require(ResolverContractTests.subjects.first { $0.scheme == scheme })
        let bench = Bench()
        try await bench.run(make(subject.good, bench)) {
            _ = await bench.results(atLeast: 1)
            bench.mailbox.requestRefresh()
            if scheme == "dns" {
                await bench.clock.somebodySleeps()
                bench.clock.advance(by: .seconds(5))
            }
            _ = await bench.results(atLeast: 2)
        }
    }
}
