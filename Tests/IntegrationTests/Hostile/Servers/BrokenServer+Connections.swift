// SPDX-License-Identifier: Apache-2.0
import SkeinCore

/// Servers that break HTTP/2, the connection, or off.
extension BrokenServer {
    private static let ping = Frames.frame(type: 6, [1, 2, 3, 4, 5, 6, 7, 8])

    /// Streams that the server starts on its own, each with a piece of content and without an end.
    private static let pushes = (1...1_000).flatMap { number in
        let head = Frames.head.flatMap(Frames.literal)
        let stream = UInt32(2 * number)
        return Frames.frame(type: 5, flags: 4, stream: 1, Frames.big(stream) + head)
            + Frames.headers(stream, Frames.okHead) + Frames.data(stream, Frames.message())
    }

    static let greetings = [
        greets("an HTTP/1.1 answer", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)),
        greets("a TLS alert", [0x15, 3, 1, 0, 2, 2, 70]),
        greets("an SSH server", Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)),
        greets("a client's preface", Frames.hello),
        greets("zeros", [UInt8](repeating: 0, count: 1_000)),
        greets("ones", [UInt8](repeating: 0xff, count: 1_000)),
        greets("closing at once", ending: .close, []),
        greets("half closing at once", ending: .halfClose, []),
        greets("resetting at once", ending: .reset, []),
        greets("half a frame and the end", ending: .close, Array(Frames.settings.prefix(5))),
        greets("PING instead of SETTINGS", ping),
        greets("GOAWAY instead of SETTINGS", Frames.goAway(last: 0)),
        greets("SETTINGS of a stream", Frames.frame(type: 4, stream: 1)),
        greets("SETTINGS of 5 bytes", Frames.frame(type: 4, [0, 4, 0, 0, 0])),
        greets("an acknowledgement with a payload", Frames.frame(type: 4, flags: 1, [0, 4, 0, 0, 0, 1])),
        greets("a window of 2 GiB", Frames.setting(4, 0x8000_0000)),
        greets("frames of at most 0 bytes", Frames.setting(5, 0)),
        greets("frames of at most 16,383 bytes", Frames.setting(5, 16_383)),
        greets("frames of at most 16 MiB", Frames.setting(5, 1 << 24)),
        greets("ENABLE_PUSH of 2", Frames.setting(2, 2)),
        silent("silence after the connection is made", []),
        silent("half a SETTINGS frame", Array(Frames.settings.prefix(5))),
        silent("half an HTTP/2 frame header", [0, 0]),
    ]

    private static func silent(_ name: String, _ bytes: [UInt8]) -> BrokenServer {
        var server = greets(name, code: .deadlineExceeded, bytes)
        server.needsDeadline = true
        return server
    }

    static let settings = [
        stalls("no streams at all", greeting: Frames.setting(3, 0)),
        stalls("a window of nothing", greeting: Frames.setting(4, 0), Frames.windowUpdate(1_000)),
        answers(
            "a window that opens late", .ok, attempts: nil, greeting: Frames.setting(4, 0),
            Frames.windowUpdate(9, stream: 1) + Frames.reply(1)),
        answers("a header table of nothing", .ok, attempts: nil, greeting: Frames.setting(1, 0), Frames.reply(1)),
        answers("a header table of 4 GiB", .ok, attempts: nil, greeting: Frames.setting(1, .max), Frames.reply(1)),
        answers("4 billion streams", .ok, attempts: nil, greeting: Frames.setting(3, .max), Frames.reply(1)),
        answers("a header list of nothing", .ok, attempts: nil, greeting: Frames.setting(6, 0), Frames.reply(1)),
        answers("settings nobody knows", .ok, attempts: nil, greeting: Frames.setting(99, .max), Frames.reply(1)),
        answers("a window that shrinks", .ok, attempts: nil, Frames.setting(4, 0) + Frames.reply(1)),
        answers("SETTINGS without end", .unavailable, (0..<20_000).flatMap { _ in Frames.settings }),
        answers(
            "an acknowledgement of SETTINGS that nobody sent", .unavailable,
            Frames.frame(type: 4, flags: 1) + Frames.frame(type: 4, flags: 1) + Frames.reply(1)),
    ]

    static let frames = [
        stalls("silence after the request"),
        stalls("silence after the head", Frames.headers(1, Frames.okHead)),
        stalls(
            "silence inside a message", Frames.headers(1, Frames.okHead) + Frames.data(1, Frames.message(length: 9))),
        stalls("silence inside a frame", Array(Frames.reply(1).dropLast(4))),
        answers("PING without end", .unavailable, (0..<20_000).flatMap { _ in ping }),
        answers("PINGs and an answer", .ok, attempts: nil, (0..<500).flatMap { _ in ping } + Frames.reply(1)),
        answers("a PING of 7 bytes", .unavailable, Frames.frame(type: 6, [1, 2, 3, 4, 5, 6, 7])),
        answers("a PING of a stream", .unavailable, Frames.frame(type: 6, stream: 1, [1, 2, 3, 4, 5, 6, 7, 8])),
        answers(
            "answers to PINGs nobody sent", .ok, attempts: nil,
            Frames.frame(type: 6, flags: 1, [1, 2, 3, 4, 5, 6, 7, 8]) + Frames.reply(1)),
        answers(
            "empty DATA frames", .ok, attempts: nil,
            Frames.headers(1, Frames.okHead) + (0..<5_000).flatMap { _ in Frames.data(1, []) }
                + Frames.data(1, Frames.message()) + Frames.trailers(1, [("grpc-status", "0")])),
        answers("DATA of stream 0", .unavailable, Frames.data(0, [1])),
        answers("DATA of a stream that is not there", .unavailable, Frames.data(7, [1])),
        answers(
            "padding longer than its frame", .unavailable,
            Frames.headers(1, Frames.okHead) + Frames.frame(type: 0, flags: 8, stream: 1, [9, 1])),
        answers("HEADERS of stream 0", .unavailable, Frames.headers(0, Frames.okHead)),
        answers("HEADERS of a stream of the server", .unavailable, Frames.headers(2, Frames.okHead)),
        answers("HEADERS of a stream that is not there", .unavailable, Frames.headers(7, Frames.okHead)),
        answers("RST_STREAM of stream 0", .unavailable, Frames.reset(0)),
        answers("RST_STREAM of a stream that is not there", .unavailable, Frames.reset(7)),
        answers("RST_STREAM of 3 bytes", .unavailable, Frames.frame(type: 3, stream: 1, [0, 0, 0])),
        answers("a frame of 16 MiB", .unavailable, [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]),
        stalls("PUSH_PROMISEs alone", pushes),
        answers("PUSH_PROMISEs and an answer", .ok, attempts: nil, pushes + Frames.reply(1)),
        answers(
            "a PUSH_PROMISE after the client has forbidden it", .unavailable, Frames.frame(type: 4, flags: 1) + pushes),
        answers(
            "frames of types nobody knows", .ok, attempts: nil,
            (10..<200).flatMap { Frames.frame(type: $0, flags: 0xff, stream: 1, [1, 2, 3]) } + Frames.reply(1)),
        answers(
            "a stream that depends on itself", .ok, attempts: nil,
            Frames.frame(type: 2, stream: 1, [0, 0, 0, 1, 5]) + Frames.reply(1)),
        answers(
            "a window that overflows", .unavailable, Frames.windowUpdate(0x7fff_ffff) + Frames.windowUpdate(0x7fff_ffff)
        ),
        answers(
            "a stream's window that overflows", .internal,
            Frames.windowUpdate(0x7fff_ffff, stream: 1) + Frames.windowUpdate(0x7fff_ffff, stream: 1)),
        answers("a window update of nothing", .unavailable, Frames.windowUpdate(0)),
        answers("a stream's window update of nothing", .unavailable, Frames.windowUpdate(0, stream: 1)),
        answers("a window update of a stream that is not there", .unavailable, Frames.windowUpdate(1, stream: 7)),
    ]

    /// More than the client's window, in frames that are all sound.
    static let overflow = answers(
        "more DATA than the window allows", .internal,
        Frames.headers(1, Frames.okHead) + Frames.data(1, Frames.message([], length: 4 << 20))
            + (0..<600).flatMap { _ in Frames.data(1, [UInt8](repeating: 0, count: 16_384)) })

    static let goAways = [
        responds("GOAWAY below the stream", .unavailable, attempts: 2) { _ in Frames.goAway(last: 0) },
        responds("GOAWAY of the stream, and then the answer", .ok, attempts: nil) {
            Frames.goAway(last: $0) + Frames.reply($0)
        },
        responds("GOAWAY of all streams, and then the answer", .ok, attempts: nil) {
            Frames.goAway(last: .max >> 1) + Frames.reply($0)
        },
        responds("GOAWAY twice, the second below the stream", .unavailable, attempts: 2) {
            Frames.goAway(last: $0) + Frames.goAway(last: 0)
        },
        responds("GOAWAY of a stream of the server", .unavailable) { Frames.goAway(last: 2) + Frames.reply($0) },
        responds("GOAWAY with an error, and then the answer", .ok, attempts: nil) {
            Frames.goAway(last: $0, code: 11) + Frames.reply($0)
        },
        answers("GOAWAY of the stream, and then the end", .unavailable, ending: .close, Frames.goAway(last: 1)),
        answers(
            "GOAWAY with an unknown error, and then the end", .unavailable, ending: .close,
            Frames.goAway(last: 1, code: 0xbeef)),
        answers("GOAWAY of a stream", .unavailable, Frames.frame(type: 7, stream: 1, Frames.big(0) + Frames.big(0))),
        answers("GOAWAY of 7 bytes", .unavailable, Frames.frame(type: 7, [0, 0, 0, 1, 0, 0, 0])),
        answers(
            "GOAWAY with 16 KB of text", .unavailable, ending: .close,
            Frames.frame(type: 7, Frames.big(1) + Frames.big(2) + [UInt8](repeating: 0xff, count: 16_000))),
        stalls("GOAWAY of the stream, and then nothing", Frames.goAway(last: 1)),
    ]
}
