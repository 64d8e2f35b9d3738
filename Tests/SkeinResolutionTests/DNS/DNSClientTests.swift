// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization
internal import Testing

@testable internal import SkeinResolution

@Suite("Asking name servers", .timeLimit(.minutes(2)))
struct DNSClientTests {
    private let question = DNSQuestion(name: DNSName("a.test")!, type: .a)

    private func ask(_ client: DNSClient) async throws -> DNSAnswer {
        try await client.ask(question, try await client.configuration())
    }

    private static func good(_ query: [UInt8], _ number: String = "10.0.0.1") -> [UInt8] {
        ReplyBytes.reply(to: query, [ReplyBytes.address("a.test", number)])
    }

    private func found(_ number: String) -> DNSAnswer {
        .found(DNSAnswer.Found(values: [.address(IPNumber(number)!)], ttl: 60))
    }

    @Test("only the answer to what was asked counts")
    func forged() async throws {
        let server = try await FakeNameServer { query, _ in
            var otherID = Self.good(query, "6.6.6.1")
            otherID[0] ^= 1
            let otherName = DNSMessage.query(
                DNSQuestion(name: DNSName("b.test")!, type: .a), id: UInt16(query[0]) << 8 | UInt16(query[1]),
                usesExtensions: false)
            var noResponse = Self.good(query, "6.6.6.3")
            noResponse[2] &= 0x7f
            let forgeries = [otherID, ReplyBytes.reply(to: otherName), noResponse, query, [], [1, 2, 3]]
            return forgeries + [Self.good(query), Self.good(query, "6.6.6.4")]
        }
        #expect(try await ask(server.client()) == found("10.0.0.1"))
        #expect(server.asked == [FakeNameServer.Asked(question: "A of a.test", isStream: false)])
    }

    @Test("an answer that does not fit is asked for by TCP")
    func truncated() async throws {
        let server = try await FakeNameServer { query, isStream in
            isStream ? [Self.good(query)] : [ReplyBytes.reply(to: query, flags: 0x8380)]
        }
        #expect(try await ask(server.client()) == found("10.0.0.1"))
        #expect(server.asked.map(\.isStream) == [false, true])
    }

    @Test("a server that hangs up, or sends no message, is told of")
    func badStream() async throws {
        for (answer, reason) in [([], "closes the connection"), ([[1, 2, 3]], "no message")] as [([[UInt8]], String)] {
            let server = try await FakeNameServer { query, isStream in
                isStream ? answer : [ReplyBytes.reply(to: query, flags: 0x8380)]
            }
            let client = server.client()
            let error = try await #require(throws: RPCError.self) { try await ask(client) }
            #expect(error.code == .unavailable && error.message.contains(reason), "\(error)")
        }
    }

    @Test("a server without EDNS is asked without")
    func old() async throws {
        let server = try await FakeNameServer { query, _ in
            query[11] == 1 ? [ReplyBytes.reply(to: query, flags: 0x8181)] : [Self.good(query)]
        }
        #expect(try await ask(server.client()) == found("10.0.0.1"))
        #expect(server.asked.count == 2)
    }

    @Test("the next server is asked when one is silent, and it goes first from then on")
    func silent() async throws {
        let silent = try await FakeNameServer { _, _ in [] }
        let good = try await FakeNameServer { query, _ in [Self.good(query)] }
        let client = FakeNameServer.client([silent.address, good.address], timeout: .seconds(10))
        #expect(try await ask(client) == found("10.0.0.1"))
        #expect(try await ask(client) == found("10.0.0.1"))
        #expect(silent.asked.count == 1)
    }

    @Test("when all fail, the error says what each said")
    func failures() async throws {
        let broken = try await FakeNameServer { query, _ in [ReplyBytes.reply(to: query, flags: 0x8182)] }
        let garbage = try await FakeNameServer { _, _ in [[1, 2, 3]] }
        let client = FakeNameServer.client(
            [broken.address, garbage.address, HostPort(host: "127.0.0.1", port: 1)], timeout: .seconds(2))
        let error = try await #require(throws: RPCError.self) { try await ask(client) }
        #expect(error.message.hasPrefix("look up A of a.test: \(broken.address) cannot answer (SERVFAIL); "))
        #expect(error.message.contains("\(garbage.address) does not answer within 2.0 seconds, only with what is no"))
        #expect(error.message.contains("127.0.0.1:1 "))
    }

    @Test("aliases that lead elsewhere are asked for, but not in circles")
    func aliases() async throws {
        let server = try await FakeNameServer { query, _ in
            let name = (try? DNSMessage(parsing: query))?.questions[0].name.description ?? ""
            let answer =
                name == "c.test"
                ? ReplyBytes.address("c.test", "10.0.0.3", ttl: 60)
                : ReplyBytes.alias(name, name == "a.test" ? "b.test" : "c.test", ttl: 7)
            return [ReplyBytes.reply(to: query, [answer])]
        }
        let answer = try await ask(server.client())
        #expect(answer == .found(DNSAnswer.Found(values: [.address(IPNumber("10.0.0.3")!)], ttl: 7)))
        #expect(server.asked.map(\.question) == ["A of a.test", "A of b.test", "A of c.test"])
        let circle = try await FakeNameServer { query, _ in
            let name = (try? DNSMessage(parsing: query))?.questions[0].name.description ?? ""
            return [ReplyBytes.reply(to: query, [ReplyBytes.alias(name, "x" + name.suffix(40))])]
        }
        let client = circle.client()
        let error = try await #require(throws: RPCError.self) { try await ask(client) }
        #expect(error.message.contains("more than 8 aliases"))
    }

    @Test("one family is enough, and that the other could not be asked is known")
    func families() async throws {
        let server = try await FakeNameServer { query, _ in
            let isA = (try? DNSMessage(parsing: query))?.questions[0].type == .a
            return [isA ? Self.good(query) : ReplyBytes.reply(to: query, flags: 0x8182)]
        }
        let client = server.client()
        let answer = try await HostAddresses(client: client).answer(
            for: "a.test", port: 1, try await client.configuration())
        #expect(answer.addresses == [.ipv4("10.0.0.1", port: 1)])
        #expect(!answer.isComplete && answer.validFor == .seconds(60) && answer.name == "a.test")
    }

    @Test("without a list, no such name, no data and a failure are told apart")
    func denials() async throws {
        let flags = Mutex<UInt16>(0x8183)
        let server = try await FakeNameServer { query, _ in
            let authority = ReplyBytes.authority("test", ttl: 60, minimum: 11)
            return [ReplyBytes.reply(to: query, flags: flags.withLock { $0 }, authorities: [authority])]
        }
        let lookup = RemoteHostLookup(client: server.client())
        let unknown = try await lookup.answer(for: "a.test", port: 1)
        #expect(unknown.denial == "look up a.test: no such name (NXDOMAIN for a.test)")
        #expect(unknown.validFor == .seconds(11))
        flags.withLock { $0 = 0x8180 }
        let known = try await lookup.answer(for: "a.test", port: 1)
        #expect(known.denial == "look up a.test: the name exists but has no addresses (NODATA for a.test)")
        flags.withLock { $0 = 0x8182 }
        let error = try await #require(throws: RPCError.self) { try await lookup.answer(for: "a.test", port: 1) }
        #expect(error.message.contains("SERVFAIL"))
    }

    @Test("cancelling ends a question that nobody answers")
    func cancelling() async throws {
        let server = try await FakeNameServer { _, _ in [] }
        let client = server.client()
        let task = Task { try await ask(client) }
        while server.asked.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
