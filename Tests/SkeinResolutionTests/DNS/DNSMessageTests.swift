// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("DNS messages", .timeLimit(.minutes(2)))
struct DNSMessageTests {
    /// `greeter.test IN A`, answered by two addresses whose names are pointers, as bind writes it.
    static let recorded: [UInt8] = [
        0x12, 0x34, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 1,
        7, 0x67, 0x72, 0x65, 0x65, 0x74, 0x65, 0x72, 4, 0x74, 0x65, 0x73, 0x74, 0, 0, 1, 0, 1,
        0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 0, 0, 1,
        0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 7, 0, 4, 10, 0, 0, 2,
        0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0,
    ]

    @Test("a query is the question with recursion desired, and with EDNS the size of answers")
    func query() throws {
        let question = DNSQuestion(name: try #require(DNSName("Greeter.test.")), type: .srv)
        let plain = DNSMessage.query(question, id: 0xabcd, usesExtensions: false)
        #expect(
            plain == [
                0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 0x67, 0x72, 0x65, 0x65, 0x74, 0x65, 0x72, 4, 0x74, 0x65,
                0x73, 0x74, 0, 0, 33, 0, 1,
            ])
        let extended = DNSMessage.query(question, id: 0xabcd, usesExtensions: true)
        #expect(extended.suffix(11) == [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0])
        #expect(extended[11] == 1)
    }

    @Test("an answer is read, its pointers followed")
    func answer() throws {
        let message = try DNSMessage(parsing: DNSMessageTests.recorded)
        let name = try #require(DNSName("greeter.test"))
        #expect(message.id == 0x1234 && message.isResponse && !message.isTruncated && message.looksFurther)
        #expect(message.code == .noError && message.questions == [DNSQuestion(name: name, type: .a)])
        #expect(message.answers.map(\.value) == ["10.0.0.1", "10.0.0.2"].map { .address(IPNumber($0)!) })
        #expect(message.answers.map(\.ttl) == [5, 7] && message.answers.allSatisfy { $0.name == name })
    }

    @Test("records of all kinds are read")
    func kinds() throws {
        let query = DNSMessage.query(
            DNSQuestion(name: try #require(DNSName("a.test")), type: .srv), id: 1, usesExtensions: false)
        let message = try DNSMessage(
            parsing: ReplyBytes.reply(
                to: query,
                [
                    ReplyBytes.service("a.test", (1, 2, 3), "b.test"), ReplyBytes.text("a.test", ["ab", "", "c"]),
                    ReplyBytes.alias("a.test", "C.test"), ReplyBytes.address("a.test", "2001:db8::1"),
                    ReplyBytes.record("a.test", DNSType(rawValue: 99), [1, 2, 3]),
                ], authorities: [ReplyBytes.authority("test", ttl: 9, minimum: 8)]))
        #expect(
            message.answers.map(\.value) == [
                .service(DNSRecord.Service(priority: 1, weight: 2, port: 3, target: try #require(DNSName("b.test")))),
                .text(Array("abc".utf8)), .alias(try #require(DNSName("c.test"))),
                .address(try #require(IPNumber("2001:db8::1"))), .other,
            ])
        #expect(message.authorities.map(\.value) == [.authority(negative: 8)])
    }

    @Test("a lifetime with the highest bit counts as none, and EDNS adds to the code")
    func oddNumbers() throws {
        var bytes = DNSMessageTests.recorded
        bytes[36] = 0x80
        bytes[bytes.count - 6] = 1
        let message = try DNSMessage(parsing: bytes)
        #expect(message.answers[0].ttl == 0)
        #expect(message.code == DNSMessage.Code(rawValue: 16))
    }

    @Test("of a truncated message only the question is read")
    func truncated() throws {
        var bytes = Array(DNSMessageTests.recorded.prefix(40))
        bytes[2] |= 2
        let message = try DNSMessage(parsing: bytes)
        #expect(message.isTruncated && message.questions.count == 1 && message.answers.isEmpty)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var expected: String
        var testDescription: String { name }
    }

    private static let header: [UInt8] = [0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]

    @Test(
        "what is no message is refused with the place",
        arguments: [
            Broken(name: "nothing", bytes: [], expected: "2 bytes more at byte 0"),
            Broken(name: "half a header", bytes: [0, 1, 2], expected: "2 bytes more at byte 2"),
            Broken(name: "a pointer to itself", bytes: header + [0xc0, 12, 0, 1, 0, 1], expected: "towards the front"),
            Broken(name: "a pointer ahead", bytes: header + [0xc0, 20, 0, 1, 0, 1], expected: "towards the front"),
            Broken(name: "a loop", bytes: header + [1, 0x61, 0xc0, 12, 0, 1, 0, 1], expected: "towards the front"),
            Broken(name: "half a pointer", bytes: header + [0xc0], expected: "a whole pointer"),
            Broken(name: "a label without end", bytes: header + [9, 0x61], expected: "a label that ends"),
            Broken(name: "a name without end", bytes: header + [1, 0x61], expected: "a name that ends"),
            Broken(name: "reserved bits", bytes: header + [0x80, 0], expected: "a label or a pointer"),
            Broken(
                name: "a long name",
                bytes: header + (0..<5).flatMap { _ in [63] + [UInt8](repeating: 0x61, count: 63) },
                expected: "at most 255 bytes"),
            Broken(
                name: "too many records", bytes: [0, 1, 0x81, 0x80, 0, 0, 0xff, 0xff, 0, 0, 0, 0],
                expected: "at most 4096 records"),
            Broken(
                name: "an address of three bytes", bytes: reply(ReplyBytes.record("a", .a, [1, 2, 3])),
                expected: "an address of 4 bytes"),
            Broken(
                name: "a record longer than the message", bytes: Array(recorded.prefix(44)), expected: "4 bytes more"),
            Broken(
                name: "a target beyond its record", bytes: reply(ReplyBytes.record("a", .srv, [0, 1, 0, 1, 0, 1])),
                expected: "at byte"),
            Broken(
                name: "a string beyond its record", bytes: reply(ReplyBytes.record("a", .txt, [5, 1])),
                expected: "5 bytes more"),
        ])
    func broken(subject: Broken) throws {
        let error = try #require(throws: DNSMalformed.self) { try DNSMessage(parsing: subject.bytes) }
        #expect("\(error)".contains(subject.expected), "\(error)")
    }

    private static func reply(_ record: [UInt8]) -> [UInt8] { [0, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0] + record }

    @Test("damaged messages are read or refused, and nothing else happens", arguments: 0..<40 as Range<UInt64>)
    func mutated(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let query = DNSMessage.query(
            DNSQuestion(name: try #require(DNSName("a.test")), type: .txt), id: 1, usesExtensions: true)
        let whole = [
            DNSMessageTests.recorded, query,
            ReplyBytes.reply(
                to: query,
                [
                    ReplyBytes.service("a.test", (1, 2, 3), "b.test"), ReplyBytes.text("a.test", ["grpc_config=[]"]),
                    ReplyBytes.alias("a.test", "b.test"), [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 2, 0xc0, 12],
                ], authorities: [ReplyBytes.authority("test", ttl: 9, minimum: 8)],
                extras: [ReplyBytes.address("b.test", "::1")]),
        ]
        var (read, refused) = (0, 0)
        for _ in 0..<500 {
            var bytes = whole[Int.random(in: whole.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] = [0, 0xc0, 12, 0xff, 63][Int.random(in: 0..<5, using: &random)]
                case 2: bytes.removeSubrange(place...)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            do throws(DNSMalformed) {
                let message = try DNSMessage(parsing: bytes)
                read += 1
                for question in message.questions { _ = message.answer(to: question) }
                for record in message.answers { #expect(record.name.bytes.count <= 255) }
            } catch {
                refused += 1
                #expect(error.offset <= bytes.count)
            }
        }
        #expect(read > 0 && refused > 0)
    }
}
