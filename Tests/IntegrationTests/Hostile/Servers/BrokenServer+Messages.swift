// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2

/// Servers whose messages and headers are broken or too large.
extension BrokenServer {
    private static func head(_ extra: [(String, String)] = []) -> [UInt8] {
        Frames.headers(1, Frames.okHead + extra)
    }
    private static let ok = Frames.trailers(1, [("grpc-status", "0")])
    private static let gzipHead = head([("grpc-encoding", "gzip")])

    private static func answer(_ name: String, _ code: StatusCode, _ message: [UInt8]) -> BrokenServer {
        answers(name, code, head() + Frames.data(1, message) + ok)
    }

    private static func gzipped(_ name: String, _ code: StatusCode, _ content: [UInt8]) -> BrokenServer {
        answers(name, code, gzipHead + Frames.data(1, Frames.message(content, flag: 1)) + ok)
    }

    /// Zeros that are small until they are inflated.
    private static let bomb: [UInt8] = {
        var output = Buffer()
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        try? ZlibCompressor.gzip(level: 9).compress(zeros.span.bytes, into: &output)
        return Array(output)
    }()

    static let messages = [
        answer("a message shorter than its length", .internal, Frames.message([1, 2, 3], length: 4)),
        answer("a message of which only the flag came", .internal, [0]),
        answer("a message of which half a length came", .internal, [0, 0, 0]),
        answer("a message longer than its length", .internal, Frames.message([1, 2, 3], length: 2)),
        answer("a message of 4 GiB", .resourceExhausted, Frames.message(length: 0xffff_ffff)),
        answer("a message above the limit", .resourceExhausted, Frames.message(length: 4 << 20 | 1)),
        answer("a compressed flag of 2", .internal, Frames.message(flag: 2)),
        answer("a compressed flag of 255", .internal, Frames.message(flag: 255)),
        answer("a compressed message without an encoding", .internal, Frames.message(flag: 1)),
        gzipped("a compressed message of garbage", .internal, Array("this is no gzip".utf8)),
        gzipped("a compressed message of nothing", .internal, []),
        gzipped("a compressed message cut short", .internal, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 75]),
        answers("an encoding nobody offered", .internal, head([("grpc-encoding", "snappy")]) + ok),
        answers(
            "a content-length that is too large", .internal,
            head([("content-length", "99")]) + Frames.data(1, Frames.message()) + ok),
        answers(
            "a content-length that is too small", .internal,
            head([("content-length", "2")]) + Frames.data(1, Frames.message()) + ok),
        answers("DATA without a head", .unavailable, Frames.data(1, Frames.message()) + ok),
    ]

    static let gzipBomb = answers(
        "a gzip bomb", .resourceExhausted,
        gzipHead
            + stride(from: 0, to: bomb.count, by: 16_000).reduce(into: []) { frames, start in
                let prefix = start == 0 ? [1] + Frames.big(UInt32(bomb.count)) : []
                frames += Frames.data(1, prefix + bomb[start..<min(start + 16_000, bomb.count)])
            } + ok)

    // MARK: headers

    private static func field(_ bytes: Int) -> (String, String) { ("x-large", String(repeating: "x", count: bytes)) }

    /// A header block in as many CONTINUATION frames as it takes.
    private static func long(_ fields: [(String, String)], end: Bool = false) -> [UInt8] {
        let block = fields.flatMap(Frames.literal)
        var frames = Frames.frame(type: 1, flags: end ? 1 : 0, stream: 1, Array(block.prefix(16_000)))
        var rest = block.dropFirst(16_000)
        while !rest.isEmpty {
            let isLast = rest.count <= 16_000
            frames += Frames.frame(type: 9, flags: isLast ? 4 : 0, stream: 1, Array(rest.prefix(16_000)))
            rest = rest.dropFirst(16_000)
        }
        return frames
    }

    /// One field in the dynamic table, and a frame full of references to it, a byte each.
    private static let references =
        Frames.okHead.flatMap(Frames.literal) + [0x40] + Frames.literal(field(3_900)).dropFirst()
        + [UInt8](repeating: 0xbe, count: 12_000)

    static let headers = [
        answers("a head above the limit", .resourceExhausted, long(Frames.okHead + [field(15_000), field(15_000)])),
        answers(
            "trailers above the limit", .resourceExhausted,
            head() + Frames.data(1, Frames.message())
                + long([("grpc-status", "0"), field(15_000), field(15_000)], end: true)),
        answers(
            "a head of many small fields", .resourceExhausted,
            long(Frames.okHead + (0..<2_000).map { ("x-\($0)", "") })),
        answers("a head of references", .resourceExhausted, Frames.frame(type: 1, flags: 4, stream: 1, references)),
        answers(
            "endless CONTINUATION frames", .unavailable,
            Frames.frame(type: 1, stream: 1, Frames.okHead.flatMap(Frames.literal))
                + (0..<5_000).flatMap { Frames.frame(type: 9, stream: 1, Frames.literal(("x", "\($0)"))) }),
        answers(
            "endless empty CONTINUATION frames", .unavailable,
            Frames.frame(type: 1, stream: 1) + (0..<5_000).flatMap { _ in Frames.frame(type: 9, stream: 1) }),
        stalls("a head without an end", Frames.frame(type: 1, stream: 1, Frames.okHead.flatMap(Frames.literal))),
        answers(
            "another frame inside a header block", .unavailable,
            Frames.frame(type: 1, stream: 1, Frames.okHead.flatMap(Frames.literal))
                + Frames.frame(type: 6, [1, 2, 3, 4, 5, 6, 7, 8])),
        answers("a CONTINUATION out of nowhere", .unavailable, Frames.frame(type: 9, flags: 4, stream: 1)),
        answers(
            "header bytes that are no HPACK", .unavailable,
            Frames.frame(type: 1, flags: 4, stream: 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
        answers("a reference to no entry", .unavailable, Frames.frame(type: 1, flags: 4, stream: 1, [0xfe])),
        answers("a head without a status", .internal, Frames.headers(1, [("content-type", "application/grpc")])),
        answers("a head with two statuses", .internal, Frames.headers(1, [(":status", "200")] + Frames.okHead)),
        answers("a status that is no number", .internal, Frames.headers(1, [(":status", "2x0")])),
        answers("a status of four digits", .internal, Frames.headers(1, [(":status", "2000")])),
        answers("a request's pseudo header", .internal, Frames.headers(1, Frames.okHead + [(":path", "/")])),
        answers(
            "a pseudo header in the trailers", .internal,
            head() + Frames.trailers(1, [("grpc-status", "0"), (":status", "200")])),
        answers("an upper-case name", .internal, Frames.headers(1, Frames.okHead + [("X-Name", "y")])),
        answers("a connection header", .internal, Frames.headers(1, Frames.okHead + [("connection", "close")])),
        answers(
            "a value with a line break", .internal, Frames.headers(1, Frames.okHead + [("x", "a\r\nb")])),
        answers(
            "metadata with spaces around it", .ok, attempts: nil,
            head([("x", " y ")]) + Frames.data(1, Frames.message()) + ok),
        answers(
            "metadata with a control character", .ok, attempts: nil,
            head([("x", "a\u{1}b")]) + Frames.data(1, Frames.message()) + ok),
        answers("status 101", .internal, Frames.headers(1, [(":status", "101")])),
        answers(
            "an interim response that ends the stream", .internal, Frames.headers(1, [(":status", "103")], end: true)),
        stalls(
            "interim responses alone", Frames.headers(1, [(":status", "103")]) + Frames.headers(1, [(":status", "100")])
        ),
        answers(
            "interim responses before the answer", .ok, attempts: nil,
            (0..<1_000).flatMap { _ in Frames.headers(1, [(":status", "103")]) } + Frames.reply(1)),
    ]
}
