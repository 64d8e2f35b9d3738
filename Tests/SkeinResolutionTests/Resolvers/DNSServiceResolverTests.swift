// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTesting
internal import Synchronization
internal import TestSupport
internal import Testing

@testable internal import SkeinResolution

@Suite("dns+srv: targets and name servers in targets", .timeLimit(.minutes(1)))
struct DNSServiceResolverTests {
    private func make(
        _ text: String, _ bench: Bench, _ client: DNSClient? = nil, _ log: LogRecorder = LogRecorder()
    ) throws -> any Resolver {
        let context = bench.context { context in
            context.logger = log.logger
            if let client { context.nameServers = client }
        }
        return try ResolverRegistry.builtIn.make(Target(text), context)
    }

    private func endpoints(_ bench: Bench, _ number: Int) async throws -> [String] {
        try await bench.results(atLeast: number)[number - 1].get().endpoints.map {
            "\($0.identity) \($0.weight) \($0.priority)\($0[EndpointStanding.self] == .kept ? " kept" : "")"
        }
    }

    private func passTime(_ bench: Bench) async {
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: bench.clock.untilNext ?? .zero)
    }

    @Test(
        "the name is completed with the port, unless it names one",
        arguments: [
            ("dns+srv:///greeter.prod", "SRV of _grpc._tcp.greeter.prod"),
            ("dns+srv:///_http2._tcp.greeter.prod", "SRV of _http2._tcp.greeter.prod"),
            ("dns+srv:///greeter.prod?port=admin", "SRV of _admin._tcp.greeter.prod"),
        ])
    func names(text: String, question: String) async throws {
        let server = try await FakeNameServer { query, _ in
            let name = (try? DNSMessage(parsing: query))?.questions[0].name.description ?? ""
            return [
                ReplyBytes.reply(
                    to: query, [ReplyBytes.service(name, (0, 5, 50051), "s1.test")],
                    extras: [ReplyBytes.address("s1.test", "10.0.0.1")])
            ]
        }
        let bench = Bench()
        try await bench.run(make(text, bench, server.client())) {
            let found = try await endpoints(bench, 1)
            #expect(found == ["10.0.0.1:50051 5 0"])
        }
        #expect(server.asked.map(\.question) == [question])
    }

    @Test("targets whose addresses did not come along are asked for, and one that is unknown is left out")
    func targets() async throws {
        let server = try await FakeNameServer { query, _ in
            let asked = (try? DNSMessage(parsing: query))?.questions[0]
            let name = asked?.name.description ?? ""
            switch (name, asked?.type) {
            case ("s2.test", .a?): return [ReplyBytes.reply(to: query, [ReplyBytes.address(name, "10.0.0.2")])]
            case ("s2.test", .aaaa?): return [ReplyBytes.reply(to: query, [ReplyBytes.address(name, "2001:db8::2")])]
            case (_, .srv?):
                let records = (1...3).map { ReplyBytes.service(name, (UInt16($0), 5, 50051), "s\($0).test") }
                return [ReplyBytes.reply(to: query, records, extras: [ReplyBytes.address("s1.test", "10.0.0.1")])]
            default: return [ReplyBytes.reply(to: query, flags: 0x8183)]
            }
        }
        let bench = Bench()
        try await bench.run(make("dns+srv:///greeter", bench, server.client())) {
            let found = try await endpoints(bench, 1)
            #expect(found == ["10.0.0.1:50051 5 1", "10.0.0.2:50051,[2001:db8::2]:50051 5 2"])
        }
        #expect(server.asked.count == 5)
    }

    @Test("a record that says that there is no service is believed after half a minute, also when there was one")
    func unavailable() async throws {
        let isThere = Mutex(true)
        let server = try await FakeNameServer { query, _ in
            let target = isThere.withLock { $0 } ? "s1.test" : "."
            return [
                ReplyBytes.reply(
                    to: query, [ReplyBytes.service("_grpc._tcp.greeter", (0, 0, target == "." ? 0 : 1), target)],
                    extras: [ReplyBytes.address("s1.test", "10.0.0.1")])
            ]
        }
        let bench = Bench()
        try await bench.run(make("dns+srv:///greeter?refresh=10s", bench, server.client())) {
            let found = try await endpoints(bench, 1)
            #expect(found == ["10.0.0.1:1 1 0"])
            isThere.withLock { $0 = false }
            var number = 1
            repeat {
                await passTime(bench)
                if bench.results.count > number { number = bench.results.count }
                if number > 1, try await endpoints(bench, number).isEmpty { break }
            } while bench.clock.now.offset < .seconds(600)
            let second = try await endpoints(bench, 2)
            #expect(second == ["10.0.0.1:1 1 0 kept"])
            let last = try await bench.results(atLeast: number)[number - 1].get()
            #expect(last.endpoints.isEmpty && last.note.contains("not available"))
        }
    }

    @Test("servers that fail leave the list as it is, and how old it is stands in the log")
    func failures() async throws {
        let isBroken = Mutex(false)
        let server = try await FakeNameServer { query, _ in
            if isBroken.withLock({ $0 }) { return [ReplyBytes.reply(to: query, flags: 0x8182)] }
            return [
                ReplyBytes.reply(
                    to: query, [ReplyBytes.service("_grpc._tcp.greeter", (0, 0, 1), "s1.test")],
                    extras: [ReplyBytes.address("s1.test", "10.0.0.1")])
            ]
        }
        let bench = Bench()
        let log = LogRecorder()
        try await bench.run(make("dns+srv:///greeter", bench, server.client(), log)) {
            let found = try await endpoints(bench, 1)
            #expect(found == ["10.0.0.1:1 1 0"])
            isBroken.withLock { $0 = true }
            while bench.results.count < 2 { await passTime(bench) }
            #expect(await bench.result(2).contains("SERVFAIL"))
        }
        #expect(
            log.lines.first?.hasPrefix("warning: keep the endpoints of dns+srv:///greeter (1, found 6") == true,
            "\(log.lines)")
    }

    @Test("what could not be asked for is asked for again soon, however long the rest holds")
    func incomplete() async throws {
        let server = try await FakeNameServer { query, _ in
            let isA = (try? DNSMessage(parsing: query))?.questions[0].type == .a
            let addresses = [ReplyBytes.address("greeter.test", "10.0.0.1", ttl: 300)]
            return [isA ? ReplyBytes.reply(to: query, addresses) : ReplyBytes.reply(to: query, flags: 0x8182)]
        }
        let bench = Bench()
        try await bench.run(make("dns://\(server.address)/greeter.test:1", bench)) {
            #expect(await bench.result(1) == "10.0.0.1:1")
            await passTime(bench)
            await passTime(bench)
            #expect(await bench.result(2) == "10.0.0.1:1")
            #expect(bench.clock.now.offset < .seconds(40))
        }
    }

    @Test("localhost has no records, and no config, and nobody is asked")
    func localhost() async throws {
        let server = try await FakeNameServer { query, _ in [ReplyBytes.reply(to: query)] }
        let bench = Bench()
        try await bench.run(make("dns+srv://\(server.address)/localhost", bench)) {
            #expect(await bench.result(1).contains("localhost has no records"))
        }
        try await bench.run(make("dns://\(server.address)/localhost:1?config=txt", bench)) {
            #expect(await bench.result(2) == "[::1]:1 127.0.0.1:1")
        }
        #expect(server.asked.isEmpty)
    }

    @Test("the name servers of a target are asked, and its config when that is wanted")
    func authority() async throws {
        let server = try await FakeNameServer { query, _ in
            let asked = (try? DNSMessage(parsing: query))?.questions[0]
            switch asked?.type {
            case .a?: return [ReplyBytes.reply(to: query, [ReplyBytes.address("greeter.test", "10.0.0.1")])]
            case .txt?:
                let text = #"grpc_config=[{"serviceConfig":{"loadBalancingConfig":[{"round_robin":{}}]}}]"#
                return [ReplyBytes.reply(to: query, [ReplyBytes.text("_grpc_config.greeter.test", [text])])]
            default: return [ReplyBytes.reply(to: query)]
            }
        }
        for (query, policy) in [("", nil), ("?config=txt", "round_robin")] as [(String, String?)] {
            let bench = Bench()
            try await bench.run(make("dns://127.0.0.1:1,\(server.address)/greeter.test:7\(query)", bench)) {
                let resolution = try await bench.results(atLeast: 1)[0].get()
                #expect(resolution.endpoints.map(\.identity.description) == ["10.0.0.1:7"])
                let config = try resolution.serviceConfig?.get()
                #expect(config?.loadBalancing.first?.policy == policy)
            }
        }
        #expect(
            server.asked.filter { $0.question.hasPrefix("TXT") }.map(\.question) == ["TXT of _grpc_config.greeter.test"]
        )
    }

    @Test(
        "a wrong target is refused",
        arguments: [
            ("dns+srv:///", "expected a host"), ("dns+srv:///greeter:50051", "character 19: expected no port"),
            ("dns+srv:///_grpc._tcp.a?port=b", "expected a service without a port"),
            ("dns+srv:///a?port=b.c", "the name of a service"), ("dns+srv:///a?colour=red", "colour"),
            ("dns+srv:///_grpc._tcp..a", "expected a name such as"), ("dns+srv://x y/a", "no spaces"),
        ])
    func wrong(text: String, part: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try make(text, Bench()) }
        #expect(error.message.contains(part), "\(error)")
    }
}
