// SPDX-License-Identifier: Apache-2.0
internal import NIOHTTP1

/// What a probe is told.
struct ProbeAnswer {
    var status: HTTPResponseStatus
    var text: String
    var hasBody = true
    var allowed: String?

    static let malformed = ProbeAnswer(status: .badRequest, text: "expected an HTTP/1.1 request\n")

    init(status: HTTPResponseStatus, text: String) {
        self.status = status
        self.text = text
    }

    init(to request: HTTPRequestHead, isReady: Bool) {
        let path = request.uri.prefix { $0 != "?" }
        switch (path, request.method) {
        case ("/health", .GET), ("/health", .HEAD): self.init(status: .ok, text: "alive\n")
        case ("/ready", .GET), ("/ready", .HEAD):
            self.init(status: isReady ? .ok : .serviceUnavailable, text: isReady ? "ready\n" : "not ready\n")
        case ("/health", _), ("/ready", _):
            self.init(status: .methodNotAllowed, text: "expected GET or HEAD\n")
            allowed = "GET, HEAD"
        default: self.init(status: .notFound, text: "expected /health or /ready\n")
        }
        hasBody = request.method != .HEAD
    }

    var headers: HTTPHeaders {
        var headers: HTTPHeaders = [
            "content-type": "text/plain; charset=utf-8", "content-length": "\(text.utf8.count)",
            "cache-control": "no-store", "connection": "close",
        ]
        if let allowed { headers.add(name: "allow", value: allowed) }
        return headers
    }
}
