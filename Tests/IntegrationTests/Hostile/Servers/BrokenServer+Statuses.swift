// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2

/// Servers whose HTTP/2 is sound and whose gRPC is not: statuses and trailers.
extension BrokenServer {
    private static func head(_ stream: UInt32 = 1) -> [UInt8] { Frames.headers(stream, Frames.okHead) }
    private static func data(_ content: [UInt8] = Frames.message(), end: Bool = false) -> [UInt8] {
        Frames.data(1, content, end: end)
    }

    /// gRPC's mapping of HTTP statuses, written out once more.
    private static func code(_ status: Int) -> StatusCode {
        switch status {
        case 400, 431: .internal
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }

    private static let someStatuses = [
        200, 204, 206, 301, 302, 304, 400, 401, 402, 403, 404, 405, 408, 413, 415, 418, 421, 426, 429, 431, 451, 500,
        501, 502, 503, 504, 505, 511, 599, 600, 999,
    ]

    static let httpStatuses = someStatuses.flatMap { status in
        [
            answers(
                "HTTP \(status) with a page", code(status),
                Frames.headers(1, [(":status", "\(status)"), ("content-type", "text/html")])
                    + data(Array("<html>".utf8), end: true)),
            answers(
                "HTTP \(status) without a body", code(status),
                Frames.headers(1, [(":status", "\(status)")], end: true)),
            answers(
                "HTTP \(status) with a grpc-status", .notFound,
                Frames.headers(1, [(":status", "\(status)"), ("grpc-status", "5")], end: true)),
        ]
    }

    static let trailers = [
        answers("DATA ends the stream", .unknown, head() + data(end: true)),
        answers("an empty DATA ends the stream", .unknown, head() + data() + data([], end: true)),
        answers("headers of gRPC alone end the stream", .unknown, Frames.headers(1, Frames.okHead, end: true)),
        answers("empty trailers", .unknown, head() + data() + Frames.trailers(1, [])),
        answers("trailers without a grpc-status", .unknown, head() + data() + Frames.trailers(1, [("x", "y")])),
        answers(
            "trailers that do not end the stream", .internal,
            head() + data() + Frames.headers(1, [("grpc-status", "0")])),
        answers("DATA after the trailers", .ok, attempts: nil, Frames.reply(1) + data()),
        answers("trailers twice", .ok, attempts: nil, Frames.reply(1) + Frames.trailers(1, [("grpc-status", "5")])),
        answers("RST_STREAM after the trailers", .ok, attempts: nil, Frames.reply(1) + Frames.reset(1, code: 2)),
        answers("GOAWAY after the trailers", .ok, attempts: nil, Frames.reply(1) + Frames.goAway(last: 0)),
        answers("two messages in one answer", .unimplemented, head() + data() + Frames.reply(1).dropFirst(head().count))
            .only(.unary),
        answers("no message", .unimplemented, head() + Frames.trailers(1, [("grpc-status", "0")])).only(.unary),
        answers("an answer without a message", .unimplemented, Frames.trailersOnly(1, [("grpc-status", "0")])).only(
            .unary),
        answers("a stream without messages", .ok, attempts: nil, Frames.trailersOnly(1, [("grpc-status", "0")]))
            .only(.serverStreaming),
        answers("a status after a message", .aborted, head() + data() + Frames.trailers(1, [("grpc-status", "10")])),
        answers("trailers alone", .aborted, Frames.trailersOnly(1, [("grpc-status", "10")])),
        answers(
            "trailers alone without a content-type", .aborted,
            Frames.headers(1, [(":status", "200"), ("grpc-status", "10")], end: true)),
        answers(
            "trailers alone in a head that goes on", .unknown,
            Frames.headers(1, Frames.okHead + [("grpc-status", "10")]) + data([], end: true)),
    ]

    private static func status(_ values: String...) -> [UInt8] {
        Frames.trailersOnly(1, values.map { ("grpc-status", $0) })
    }

    static let statuses =
        ["", " ", "x", "-1", "+5", "1.0", "0x5", "17", "99", "999", "4294967296", "99999999999999999999", "0 5", "5,5"]
        .map { answers("grpc-status \"\($0)\"", .unknown, status($0)) } + [
            answers("grpc-status 5 twice", .notFound, status("5", "5")),
            answers("grpc-status 5 and then 0", .unknown, status("5", "0")),
            answers("grpc-status 0 and then 5", .unknown, status("0", "5")),
            answers("grpc-status 5 and then x", .unknown, status("5", "x")),
            answers(
                "a grpc-message of broken escapes", .notFound,
                Frames.trailersOnly(1, [("grpc-status", "5"), ("grpc-message", "%zz %4 %ff%fe %")])),
            answers(
                "two grpc-messages", .notFound,
                Frames.trailersOnly(1, [("grpc-status", "5"), ("grpc-message", "a"), ("grpc-message", "b")])),
            answers(
                "metadata that is no base64", .notFound,
                Frames.trailersOnly(
                    1, [("grpc-status", "5"), ("x-bin", "!!!"), ("grpc-status-details-bin", "%%%=")])),
        ]

    /// The order of the codes is that of RFC 9113 section 7; beyond them are unknown ones.
    private static let resets: [(UInt32, StatusCode)] =
        [
            StatusCode.internal, .internal, .internal, .internal, .internal, .unknown, .internal, .unavailable,
            .cancelled, .internal, .internal, .resourceExhausted, .permissionDenied, .internal,
        ].enumerated().map { (UInt32($0), $1) } + [(14, .unknown), (0xffff_ffff, .unknown)]

    static let streamResets = resets.flatMap { reset, code in
        let name = "RST_STREAM \(HTTP2ErrorCode(rawValue: reset))"
        return [
            responds("\(name) at once", code, attempts: reset == 7 ? 2 : 1) { Frames.reset($0, code: reset) },
            responds("\(name) after the head", code, attempts: 1) {
                Frames.headers($0, Frames.okHead) + Frames.reset($0, code: reset)
            }.only(.serverStreaming),
        ]
    }
}
