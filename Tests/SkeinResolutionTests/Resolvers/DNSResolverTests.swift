// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTesting
internal import Testing

@testable internal import SkeinResolution

@Suite("dns: targets", .timeLimit(.minutes(1)))
struct DNSResolverTests {
    private func make(_ text: String, _ bench: Bench, _ lookup: any AddressLookup) throws -> any Resolver {
        try ResolverRegistry.builtIn.make(Target(text), bench.context { $0.lookup = lookup })
    }

    /// Lets the resolver's next sleep end.
    private func passTime(_ bench: Bench) async {
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: bench.clock.untilNext ?? .zero)
    }

    @Test("each address is an endpoint, and the port is 443 unless named")
    func endpoints() async throws {
        let bench = Bench()
        let lookup = ScriptedLookup(.success(addresses(1, 2)))
        try await bench.run(make("dns:///greeter", bench, lookup)) {
            #expect(await bench.result(1) == "10.0.0.1:443 10.0.0.2:443")
        }
        #expect(lookup.asked == ["greeter:443"])
        try await bench.run(make("greeter:50051", bench, lookup)) { _ = await bench.result(2) }
        #expect(lookup.asked.last == "greeter:50051")
    }

    @Test("a number is its own answer", arguments: [("10.0.0.7", "10.0.0.7:443"), ("dns:[::1]:1", "[::1]:1")])
    func numbers(text: String, answer: String) async throws {
        let bench = Bench()
        let lookup = ScriptedLookup(.failure(RPCError(.internal, "asked")))
        let resolver = try make(text, bench, lookup)
        try await resolver.run(ResolutionUpdates(bench.mailbox))
        #expect(await bench.result(1) == answer)
        #expect(lookup.asked.isEmpty)
    }

    @Test("the name is looked up again every 30 seconds or so")
    func refreshing() async throws {
        let bench = Bench()
        let lookup = ScriptedLookup(.success(addresses(1)), .success(addresses(1, 2)))
        try await bench.run(make("dns:///greeter", bench, lookup)) {
            _ = await bench.result(1)
            await passTime(bench)
            await passTime(bench)
            #expect(await bench.result(2) == "10.0.0.1:443 10.0.0.2:443")
            let elapsed = TestClock.Instant(offset: .zero).duration(to: bench.clock.now)
            #expect((Duration.seconds(27)...Duration.seconds(33)).contains(elapsed))
        }
    }

    @Test("a request brings the next lookup forward, once the last one has settled")
    func requests() async throws {
        let bench = Bench()
        let lookup = ScriptedLookup(.success(addresses(1)), .success(addresses(2)))
        try await bench.run(make("dns:///greeter?refresh=off", bench, lookup)) {
            _ = await bench.result(1)
            bench.mailbox.requestRefresh()
            #expect(bench.results.count == 1)
            await passTime(bench)
            #expect(await bench.result(2) == "10.0.0.1:443 10.0.0.2:443")
            #expect(bench.clock.now.offset == .seconds(5))
        }
    }

    @Test("a failed lookup is published and tried again; the list it once had is kept through short answers")
    func failures() async throws {
        let bench = Bench()
        let lookup = ScriptedLookup(
            .failure(RPCError(.unavailable, "look up greeter: no such name")), .success(addresses(1, 2)),
            .failure(RPCError(.unavailable, "look up greeter: no answer")), .success(addresses(2)))
        try await bench.run(make("dns:///greeter?refresh=1s", bench, lookup)) {
            #expect(await bench.result(1) == "UNAVAILABLE: look up greeter: no such name")
            await passTime(bench)
            #expect(await bench.result(2) == "10.0.0.1:443 10.0.0.2:443")
            await passTime(bench)
            #expect(await bench.result(3) == "UNAVAILABLE: look up greeter: no answer")
            await passTime(bench)
            #expect(await bench.result(4) == "10.0.0.1:443 10.0.0.2:443")
        }
    }

    @Test("an answer that the channel refuses is tried again with backoff")
    func refused() async throws {
        let bench = Bench()
        bench.accept(false)
        try await bench.run(make("dns:///greeter?refresh=off", bench, ScriptedLookup(.success(addresses(1))))) {
            _ = await bench.result(1)
            await passTime(bench)
            _ = await bench.result(2)
            await passTime(bench)
            _ = await bench.result(3)
            #expect(bench.clock.now.offset < .seconds(4))
        }
    }

    @Test("cancelling ends the run while a lookup hangs")
    func hangingLookup() async throws {
        struct Hanging: AddressLookup {
            let gate: Gate
            nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
                try await BlockingPool.shared.run { gate.wait() }
                return []
            }
        }
        let bench = Bench()
        let gate = Gate()
        try await bench.run(make("dns:///greeter", bench, Hanging(gate: gate))) { await gate.reached() }
        #expect(bench.results.isEmpty)
        gate.open()
    }

    @Test(
        "a wrong target is refused",
        arguments: [
            ("dns:///", "expected a host and port"),
            ("dns:///a:99999", "character 10: expected a port from 1 to 65535"),
            ("a:0", "character 3: expected a port"), ("dns://greeter:1", "as in dns:///path"),
            ("dns:///a?refresh=1", "refresh is \"1\""), ("dns:///a?refresh=0.5s", "at least 1s"),
            ("dns://ns1", "as in dns:///path"), ("dns://10.0.0.53:0/a", "expected a port from 1 to 65535 in host"),
            ("dns://a,,b/c", "in host \"\""), ("dns:///a?config=yes", "config is \"yes\": expected \"txt\" or \"off\""),
            ("dns://1,2,3,4,5,6,7,8,9/a", "at most 8"),
            ("dns:///a?refrsh=off", "did you mean \"refresh\""), ("dns:///a,b", "character 9: expected a host name"),
        ])
    func wrong(text: String, part: String) throws {
        let bench = Bench()
        let error = try #require(throws: ConfigurationError.self) {
            try make(text, bench, ScriptedLookup(.success([])))
        }
        #expect(error.message.contains(part), "\(error)")
    }
}

@Suite("The system's lookup", .timeLimit(.minutes(1)))
struct SystemAddressLookupTests {
    private let lookup = SystemAddressLookup(pool: .shared)

    @Test("localhost is this machine, each address once")
    func localhost() async throws {
        let found = try await lookup.addresses(of: "localhost", port: 50051)
        let here: Set<EndpointAddress> = [.ipv4("127.0.0.1", port: 50051), .ipv6("::1", port: 50051)]
        #expect(!found.isEmpty)
        #expect(Set(found).isSubset(of: here))
        #expect(Set(found).count == found.count)
    }

    @Test("a number is itself")
    func numbers() async throws {
        #expect(try await lookup.addresses(of: "10.0.0.7", port: 1) == [.ipv4("10.0.0.7", port: 1)])
        #expect(try await lookup.addresses(of: "::1", port: 1) == [.ipv6("::1", port: 1)])
    }

    @Test("a name that cannot exist is an error that says so")
    func missing() async throws {
        let name = String(repeating: "x", count: 64) + ".invalid"
        let error = try await #require(throws: RPCError.self) { try await lookup.addresses(of: name, port: 1) }
        #expect(error.code == .unavailable)
        #expect(error.message.hasPrefix("look up \(name): "))
    }
}
