// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SkeinCore
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("Memcached's protocol")
struct MemcachedCodecTests {
    private func read(_ bytes: some Sequence<UInt8>) throws -> [MemcachedReply] {
        var buffer = ByteBuffer(bytes: bytes)
        var codec = MemcachedCodec()
        var replies: [MemcachedReply] = []
        while case .reply(let reply)? = try codec.next(&buffer) { replies.append(reply) }
        return replies
    }

    static let replies: [(String, MemcachedReply)] = [
        ("VA 3 c17\r\na\r\n\r\n", .value(Array("a\r\n".utf8), cas: 17)),
        ("VA 0 c18446744073709551615\r\n\r\n", .value([], cas: .max)),
        ("VA 1 t5\r\nx\r\n", .value([0x78], cas: 0)),
        ("HD\r\n", .done), ("HD c5\r\n", .done), ("STORED\r\n", .done), ("EN\r\n", .missing),
        ("NS\r\n", .refused), ("EX\r\n", .refused), ("NF\r\n", .refused),
        ("SERVER_ERROR out of memory\r\n", .error("SERVER_ERROR out of memory")), ("ERROR\r\n", .error("ERROR")),
    ]

    @Test("answers are read, whole or in pieces", arguments: replies)
    func reads(text: String, reply: MemcachedReply) throws {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count { #expect(try read(bytes[..<count]).isEmpty, "after \(count) bytes") }
        #expect(try read(bytes + bytes) == [reply, reply])
    }

    @Test(
        "what is no answer is refused",
        arguments: [
            "\r\n", "hello\r\n", "VA\r\n", "VA x\r\n", "VA -1\r\n", "VA 999999999999\r\n", "VA 1\r\nabc",
            String(repeating: "a", count: 4000),
        ])
    func garbage(text: String) { #expect(throws: RPCError.self) { try read(text.utf8) } }

    @Test("damaged answers are refused or read, and nothing worse")
    func mutations() async throws {
        let seeds = Self.replies.map { Array($0.0.utf8) }
        let vocabulary = Mutation.Vocabulary(words: ["VA", "HD", "EN", "-1", "99999999", "\r\n", " c"])
        try await Fuzz.run("memcached", cases: 20_000) { _, random in
            let bytes = Mutation.mutate(random.pick(seeds), with: random.pick(seeds), in: vocabulary, &random)
            _ = try? read(bytes)
        }
    }

    @Test("requests are written as the protocol says")
    func requests() {
        let requests: [MemcachedRequest] = [
            .get("k"), .store("k", value: "ü", ttl: 5, .set), .store("k", value: "", ttl: 0, .add),
            .store("k", value: "a", ttl: 1, .replace), .store("k", value: "a", ttl: 1, .unchanged(7)), .delete("k"),
            .credentials(user: "u", password: "p"),
        ]
        var buffer = ByteBuffer()
        for request in requests { request.write(&buffer) }
        #expect(
            String(buffer: buffer)
                == "mg k v c\r\nms k 2 T5\r\nü\r\nms k 0 T0 ME\r\n\r\nms k 1 T1 MR\r\na\r\nms k 1 T1 C7\r\na\r\nmd k\r\n"
                + "set auth 0 0 3\r\nu p\r\n")
    }

    @Test("keys hold any text, and those that would be too long are refused")
    func keys() throws {
        let layout = MemcachedLayout(path: "a/b")
        #expect(try layout.index("s t") == "a/b:s%20t")
        #expect(try layout.key("s", name: MemcachedLayout.name("10.0.0.7:1 \n")) == "a/b:s:10.0.0.7:1%20%0A")
        #expect(throws: RPCError.self) { try layout.key("s", name: String(repeating: "a", count: 245)) }
    }

    @Test("of what several servers know of an instance the latest holds")
    func union() {
        func record(_ id: String, _ port: Int, _ written: Int64) -> MemcachedLayout.Record {
            let instance = ServiceInstance(service: "s", id: id, host: "h", port: port)
            return MemcachedLayout.Record(written: written, instance: InstanceRecord(instance))
        }
        let union = MemcachedLayout.union([[record("a", 1, 5), record("b", 2, 5)], [record("a", 3, 6)], []])
        #expect(union.map(\.port) == [3, 2])
    }
}
