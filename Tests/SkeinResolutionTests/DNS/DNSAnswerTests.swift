// SPDX-License-Identifier: Apache-2.0
internal import Testing

@testable internal import SkeinResolution

@Suite("What a name server's answer says", .timeLimit(.minutes(2)))
struct DNSAnswerTests {
    private let question = DNSQuestion(name: DNSName("a.test")!, type: .a)

    private func answer(
        _ answers: [[UInt8]], flags: UInt16 = 0x8180, authorities: [[UInt8]] = [], extras: [[UInt8]] = []
    ) throws -> DNSAnswer {
        let query = DNSMessage.query(question, id: 7, usesExtensions: true)
        let bytes = ReplyBytes.reply(to: query, flags: flags, answers, authorities: authorities, extras: extras)
        return try DNSMessage(parsing: bytes).answer(to: question)
    }

    private func found(_ numbers: [String], ttl: UInt32) -> DNSAnswer {
        .found(DNSAnswer.Found(values: numbers.map { .address(IPNumber($0)!) }, ttl: ttl))
    }

    @Test("records of the name and type, which hold as long as the shortest")
    func records() throws {
        let answer = try answer([
            ReplyBytes.address("a.test", "10.0.0.1", ttl: 30), ReplyBytes.address("b.test", "10.0.0.9"),
            ReplyBytes.address("A.TEST", "10.0.0.2", ttl: 20), ReplyBytes.address("a.test", "::1", ttl: 1),
        ])
        #expect(answer == found(["10.0.0.1", "10.0.0.2"], ttl: 20))
    }

    @Test("aliases are followed, and hold their part of the time")
    func aliases() throws {
        let answer = try answer([
            ReplyBytes.alias("b.test", "c.test", ttl: 5), ReplyBytes.alias("a.test", "b.test", ttl: 9),
            ReplyBytes.address("c.test", "10.0.0.1", ttl: 30),
        ])
        #expect(answer == found(["10.0.0.1"], ttl: 5))
    }

    @Test("an alias without an answer has to be asked for; with a word that there is none it is the end")
    func unfinished() throws {
        let alias = [ReplyBytes.alias("a.test", "b.test", ttl: 9)]
        #expect(try answer(alias) == .alias(DNSName("b.test")!, ttl: 9))
        let authority = [ReplyBytes.authority("test", ttl: 60, minimum: 40)]
        #expect(
            try answer(alias, authorities: authority) == .missing(DNSAnswer.Missing(isNameKnown: true, ttl: 9)))
        #expect(
            try answer(alias, flags: 0x8183, authorities: authority)
                == .missing(DNSAnswer.Missing(isNameKnown: false, ttl: 9)))
    }

    @Test("a loop of aliases ends")
    func loop() throws {
        let answer = try answer([ReplyBytes.alias("a.test", "b.test"), ReplyBytes.alias("b.test", "a.test")])
        #expect(answer == .alias(question.name, ttl: 60))
    }

    @Test("no such name and no such records are told apart, each with the time it holds")
    func missing() throws {
        let authority = [ReplyBytes.authority("test", ttl: 60, minimum: 40)]
        #expect(
            try answer([], authorities: authority) == .missing(DNSAnswer.Missing(isNameKnown: true, ttl: 40)))
        #expect(
            try answer([], flags: 0x8183, authorities: [ReplyBytes.authority("test", ttl: 3, minimum: 40)])
                == .missing(DNSAnswer.Missing(isNameKnown: false, ttl: 3)))
        #expect(try answer([], flags: 0x8183) == .missing(DNSAnswer.Missing(isNameKnown: false)))
    }

    @Test("addresses that came along are told by name")
    func extras() throws {
        let answer = try answer(
            [ReplyBytes.address("a.test", "10.0.0.1")],
            extras: [
                ReplyBytes.address("b.test", "10.0.0.2", ttl: 8), ReplyBytes.address("b.test", "::2", ttl: 4),
                ReplyBytes.record("b.test", .txt, [0]),
            ])
        guard case .found(let found) = answer else { throw Unexpected(answer: answer) }
        let numbers = [IPNumber("10.0.0.2")!, IPNumber("::2")!]
        #expect(found.extras == [DNSName("b.test")!: DNSAnswer.Extra(numbers: numbers, ttl: 4)])
    }

    private struct Unexpected: Error {
        var answer: DNSAnswer
    }
}
