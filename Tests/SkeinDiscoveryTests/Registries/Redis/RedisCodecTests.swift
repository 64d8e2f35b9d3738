// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SkeinCore
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("Redis' protocol")
struct RedisCodecTests {
    private func read(_ bytes: some Sequence<UInt8>, isSubscriber: Bool = false) throws -> [WireMessage<RedisValue>] {
        var buffer = ByteBuffer(bytes: bytes)
        var codec = RedisCodec(isSubscriber: isSubscriber)
        var messages: [WireMessage<RedisValue>] = []
        while let message = try codec.next(&buffer) { messages.append(message) }
        return messages
    }

    static let values: [(String, RedisValue)] = [
        ("+OK\r\n", .text("OK")),
        ("-ERR no\r\n", .error("ERR no")),
        (":-12\r\n", .integer(-12)),
        ("$3\r\na\r\n\r\n", .text("a\r\n")),
        ("$0\r\n\r\n", .text("")),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("_\r\n", .null),
        ("#t\r\n", .integer(1)),
        ("#f\r\n", .integer(0)),
        (",1.5\r\n", .text("1.5")),
        ("(3492890328409238509324850943850943825024385\r\n", .text("3492890328409238509324850943850943825024385")),
        ("=7\r\ntxt:abc\r\n", .text("abc")),
        ("!5\r\nERR x\r\n", .error("ERR x")),
        ("*2\r\n:1\r\n*1\r\n+a\r\n", .list([.integer(1), .list([.text("a")])])),
        ("~1\r\n+a\r\n", .list([.text("a")])),
        ("%2\r\n+a\r\n:1\r\n+b\r\n_\r\n", .list([.text("a"), .integer(1), .text("b"), .null])),
        ("|1\r\n+ttl\r\n:1\r\n*1\r\n|1\r\n+x\r\n:1\r\n:7\r\n", .list([.integer(7)])),
    ]

    @Test("values of both versions are read, whole or in pieces", arguments: values)
    func reads(text: String, value: RedisValue) throws {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            let early = try read(bytes[..<count])
            #expect(early.isEmpty, "after \(count) bytes")
        }
        let messages = try read(bytes + bytes)
        #expect(messages.count == 2)
        for case .reply(let found) in messages { #expect(found == value) }
    }

    @Test("what is pushed is told from what answers")
    func pushes() throws {
        let push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"
        guard case .push(let value)? = try read(push.utf8).first else {
            Issue.record("not a push")
            return
        }
        #expect(value == .list([.text("invalidate"), .list([.text("k")])]))
        let message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n"
        guard case .push? = try read(message.utf8, isSubscriber: true).first else {
            Issue.record("not a push")
            return
        }
        guard case .reply? = try read(message.utf8).first else {
            Issue.record("not a reply")
            return
        }
    }

    @Test(
        "what is no RESP is refused",
        arguments: [
            "hello\r\n", "\r\n", "+a\n", ":x\r\n", "$99999999999\r\n", "$2\r\nabcd", "*9999999\r\n", "=2\r\nab\r\n",
            "HTTP/1.1 400 Bad Request\r\n", String(repeating: "*1\r\n", count: 40),
            "+" + String(repeating: "a", count: 70_000),
        ])
    func garbage(text: String) {
        #expect(throws: RPCError.self) { try read(text.utf8) }
    }

    @Test("changed bytes are refused or read, and nothing worse")
    func mutations() async throws {
        let seeds = Self.values.map { Array($0.0.utf8) }
        let vocabulary = Mutation.Vocabulary(words: ["*", "$", "%", ">", "|", "-1", "99999999", "\r\n"])
        try await Fuzz.run("redis", cases: 20_000) { _, random in
            let bytes = Mutation.mutate(random.pick(seeds), with: random.pick(seeds), in: vocabulary, &random)
            _ = try? read(bytes)
        }
    }

    @Test("a command is written with the lengths of its words")
    func commands() {
        let buffer = RedisCodec.encode([["SET", "ü", ""], ["PING"]])
        #expect(String(buffer: buffer) == "*3\r\n$3\r\nSET\r\n$2\r\nü\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n")
    }
}
