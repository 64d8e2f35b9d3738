// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct ResponseHeadTests {
    @Test("a head has status, type, encoding and the application's fields")
    func head() {
        let head = ResponseHead([
            (":status", "200"), ("content-type", "application/grpc+proto"), ("grpc-encoding", "gzip"), ("x", "y"),
        ])
        #expect(head.httpStatus == 200 && head.contentType == .grpc && head.encoding == "gzip")
        #expect(head.metadata == ["x": "y"])
        #expect(head.status == nil)
    }

    @Test("a trailers-only head has the call's status")
    func trailersOnly() {
        let head = ResponseHead([
            (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "5"),
            ("grpc-message", "no%0Ayak"),
            ("retry", "no"),
        ])
        #expect(head.status == Status(.notFound, "no\nyak"))
        #expect(head.metadata == ["retry": "no"])
    }

    @Test("a foreign content-type is kept, at most 64 bytes of it")
    func foreign() {
        let head = ResponseHead([
            (":status", "502"), ("content-type", "text/html" + String(repeating: "x", count: 200)),
        ])
        #expect(head.contentType == .other)
        #expect(head.contentTypeText.utf8.count == 64 && head.contentTypeText.hasPrefix("text/html"))
    }
}

@Suite(.timeLimit(.minutes(2))) struct TrailersTests {
    @Test(
        "grpc-status is a number from 0 to 16, or unknown",
        arguments: [
            ("0", StatusCode.ok), ("1", .cancelled), ("16", .unauthenticated), ("08", .resourceExhausted),
            ("17", .unknown), ("99", .unknown), ("", .unknown), ("-1", .unknown), ("OK", .unknown), ("014", .unknown),
        ])
    func status(_ text: String, _ code: StatusCode) {
        #expect(Trailers([("grpc-status", text)]).status?.code == code)
    }

    @Test("no grpc-status is no status")
    func missing() {
        #expect(Trailers([("x", "y")]).status == nil)
    }

    @Test("status details stay readable, the reserved fields do not")
    func metadata() {
        let trailers = Trailers([
            ("grpc-status", "3"), ("grpc-message", "bad %25"), ("grpc-status-details-bin", "CAM"), ("x", "y"),
        ])
        #expect(trailers.status == Status(.invalidArgument, "bad %"))
        #expect(trailers.metadata.map(\.name) == ["grpc-status-details-bin", "x"])
    }

    @Test("trailers over the limit say so")
    func overLimit() {
        #expect(Trailers([("grpc-status", "0"), ("x", String(repeating: "a", count: 100))], limit: 100).isOverLimit)
    }
}
