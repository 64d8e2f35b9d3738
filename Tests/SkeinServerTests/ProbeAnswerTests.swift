// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1
import Testing

@testable import SkeinServer

@Suite("what probes are told", .timeLimit(.minutes(1)))
struct ProbeAnswerTests {
    @Test(
        "the path and the method decide, and for /ready the server",
        arguments: [
            (.GET, "/health", true, 200), (.GET, "/health", false, 200), (.HEAD, "/health", true, 200),
            (.GET, "/ready", true, 200), (.GET, "/ready", false, 503), (.HEAD, "/ready", false, 503),
            (.GET, "/ready?verbose=1", true, 200), (.POST, "/health", true, 405), (.DELETE, "/ready", true, 405),
            (.GET, "/", true, 404), (.GET, "/ready/", true, 404), (.GET, "/Health", true, 404), (.GET, "", true, 404),
            (.POST, "/other", true, 404),
        ] as [(HTTPMethod, String, Bool, UInt)])
    func answers(method: HTTPMethod, uri: String, isReady: Bool, status: UInt) {
        let answer = ProbeAnswer(to: HTTPRequestHead(version: .http1_1, method: method, uri: uri), isReady: isReady)
        #expect(answer.status.code == status)
        #expect(answer.hasBody == (method != .HEAD))
        #expect(answer.headers["content-length"] == ["\(answer.text.utf8.count)"])
        #expect(answer.headers["connection"] == ["close"])
        #expect(answer.headers["allow"] == (status == 405 ? ["GET, HEAD"] : []))
    }
}
