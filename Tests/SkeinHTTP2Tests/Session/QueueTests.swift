// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinHTTP2

@Suite(.timeLimit(.minutes(2))) struct QueueTests {
    @Test("a short queue keeps its order through any mix of appends and pops", arguments: 1...20)
    func order(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = ShortQueue<Int>()
        var model: [Int] = []
        for value in 0..<2_000 {
            if Int.random(in: 0..<5, using: &random) < 3 - value / 1_000 {
                queue.append(value)
                model.append(value)
            } else {
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(queue.count == model.count && queue.first == model.first && queue.isEmpty == model.isEmpty)
        }
    }

    @Test("a send queue is one run of bytes, read in pieces of any size", arguments: [1, 3, 7, 64, 10_000])
    func send(_ size: Int) {
        var queue = SendQueue()
        let messages = [framed("one"), framed(""), framed(zeros: 300)]
        for message in messages { queue.append(message) }
        let expected = messages.flatMap(wire)
        #expect(queue.count == expected.count)
        var read: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: size)
        while case let count = piece.withUnsafeMutableBytes({ queue.read(into: $0) }), count > 0 {
            read += piece[..<count]
        }
        #expect(read == expected && queue.isEmpty)
    }

    @Test("a stream list retains its members, keeps their order and lets any go")
    func list() {
        var list = StreamList(.live)
        var streams = (0..<5).map { _ in HTTP2Stream() }
        for (index, stream) in streams.enumerated() {
            stream.id = Int32(index)
            list.append(stream)
        }
        for index in [2, 0, 4] { list.remove(streams[index]) }
        list.remove(streams[2])
        var ids: [Int32] = []
        list.visit { ids.append($0.id) }
        #expect(ids == [1, 3] && list.count == 2 && list.first === streams[1])
        #expect(list.first(withID: 3) === streams[3] && list.first(withID: 4) == nil)
        weak let kept = streams[3]
        streams = []
        #expect(kept != nil)
        while let stream = list.first { list.remove(stream) }
        #expect(kept == nil && list.count == 0)
    }

    @Test("a header writer keeps its fields while its memory grows")
    func writer() throws {
        var writer = HeaderWriter()
        let metadata = Metadata(dictionaryLiteral: ("big", .text(String(repeating: "v", count: 5_000))), ("last", "1"))
        var request = request(metadata: metadata)
        for index in 0..<100 { request.metadata.append("x-\(index)", .text("value \(index)")) }
        for _ in 0..<2 { writer.writeRequest(request) }
        let fields = writer.lines
        #expect(
            fields.prefix(8) == [
                ":method: POST", ":scheme: http", ":path: /test.Echo/Say", ":authority: localhost:50051",
                "te: trailers",
                "content-type: application/grpc+proto", "grpc-accept-encoding: identity",
                "user-agent: grpc-swift-skein/0.1",
            ])
        #expect(
            fields.count == 110 && fields[8].utf8.count == 5_005 && fields[9] == "last: 1"
                && fields[109] == "x-99: value 99")
    }

    @Test("the timeout stands right after the pseudo headers")
    func timeout() {
        var writer = HeaderWriter()
        writer.writeRequest(request(timeout: .milliseconds(1500)))
        #expect(writer.lines[4] == "grpc-timeout: 1500000u")
    }
}
