// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SkeinCore
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("ZooKeeper's protocol")
struct ZooKeeperCodecTests {
    private func hex(_ buffer: ByteBuffer) -> String { Array(buffer.readableBytesView).hex }

    @Test("requests are written as the protocol says")
    func requests() {
        #expect(hex(ZooKeeperRequest.pingFrame) == "00000008" + "fffffffe" + "0000000b")
        #expect(
            hex(ZooKeeperRequest.exists("/a", watch: true).frame(xid: 7))
                == "0000000f" + "00000007" + "00000003" + "00000002" + "2f61" + "01")
        #expect(
            hex(ZooKeeperRequest.create("/a", data: "x", isEphemeral: true, .open).frame(xid: 1))
                == "00000032" + "00000001" + "00000001" + "00000002" + "2f61" + "00000001" + "78" + "00000001"
                + "0000001f"
                + "00000005" + "776f726c64" + "00000006" + "616e796f6e65" + "00000001")
        #expect(
            hex(ZooKeeperRequest.connectFrame(ZooKeeperIdentity(), timeout: .seconds(15), lastZxid: 3))
                == "0000002d" + "00000000" + "0000000000000003" + "00003a98" + "0000000000000000" + "00000010"
                + String(repeating: "00", count: 16) + "00")
        #expect(
            hex(ZooKeeperRequest.authFrame(user: "u", password: "p"))
                == "0000001d" + "fffffffc" + "00000064" + "00000000" + "00000006" + "646967657374" + "00000003"
                + "753a70")
    }

    /// A session, an answer with an error, an event, a ping's answer.
    private static let stream: [UInt8] = {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(Int32(37), Int32(0), Int32(4000), Int64(99), Int32(16))
        buffer.writeBytes(Array(repeating: 7, count: 16))
        buffer.writeInteger(0, as: UInt8.self)
        buffer.writeMultipleIntegers(Int32(16), Int32(5), Int64(12), Int32(-101))
        buffer.writeMultipleIntegers(Int32(30), Int32(-1), Int64(-1), Int32(0), Int32(1), Int32(3), Int32(2))
        buffer.writeString("/a")
        buffer.writeMultipleIntegers(Int32(16), Int32(-2), Int64(13), Int32(0))
        return Array(buffer.readableBytesView)
    }()

    private func read(_ bytes: some Sequence<UInt8>) throws -> [String] {
        var buffer = ByteBuffer(bytes: bytes)
        var codec = ZooKeeperCodec()
        var texts: [String] = []
        while let message = try codec.next(&buffer) {
            switch message {
            case .reply(.session(let identity, let timeout)): texts.append("session \(identity.id) \(timeout)")
            case .reply(.answer(let answer)): texts.append("answer \(answer.xid) \(answer.zxid) \(answer.error)")
            case .push(.event(let path)): texts.append("event \(path)")
            case .push(.pong): texts.append("pong")
            default: texts.append("odd")
            }
        }
        return texts
    }

    @Test("what a server sends is read, whole or in pieces")
    func replies() throws {
        let all = ["session 99 4.0 seconds", "answer 5 12 -101", "event /a", "pong"]
        #expect(try read(Self.stream) == all)
        for count in 0..<Self.stream.count {
            #expect(try read(Self.stream[..<count]) == Array(all.prefix(ends(count))))
        }
    }

    private func ends(_ count: Int) -> Int { [41, 61, 95, 115].filter { $0 <= count }.count }

    @Test("damaged answers are refused or read, and nothing worse")
    func mutations() async throws {
        let stream = Self.stream
        try await Fuzz.run("zookeeper", cases: 20_000) { _, random in
            let bytes = Mutation.mutate(stream, with: stream, &random)
            _ = try? read(bytes)
            let answer = ZooKeeperAnswer(xid: 1, zxid: 1, error: 0, body: ByteBuffer(bytes: bytes))
            _ = (try? answer.stat, try? answer.children, try? answer.data)
        }
    }

    @Test("a frame that is too large or negative is refused", arguments: ["7fffffff", "ffffffff", "00800001"])
    func sizes(length: String) {
        let bytes = stride(from: 0, to: 8, by: 2).map { offset in
            UInt8(length.dropFirst(offset).prefix(2), radix: 16) ?? 0
        }
        #expect(throws: RPCError.self) { try read(bytes) }
    }
}
