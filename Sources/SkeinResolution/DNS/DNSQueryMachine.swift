// SPDX-License-Identifier: Apache-2.0

/// How a question is brought to an answer: which of several name servers is asked next, and by what.
struct DNSQueryMachine: Sendable {
    /// How to ask.
    struct Request: Sendable, Hashable {
        /// Counts in the order given.
        var server: Int
        var usesStream: Bool
        var usesExtensions: Bool
    }

    enum Outcome: Sendable, Hashable {
        case answered(DNSMessage.Code, isTruncated: Bool, isReferral: Bool)
        /// No answer that can be used, and why.
        case failed(String)
    }

    enum Step: Sendable, Hashable {
        case ask(Request)
        /// The last answer is the answer.
        case accept
        /// All servers were asked; `complaints` says what each said last.
        case giveUp
    }

    /// By server, what it said last instead of answering.
    private(set) var complaints: [Int: String] = [:]
    private let servers: Int
    private let attempts: Int
    private let usesStreams: Bool
    private var asked = 0
    private var request: Request

    init(servers: Int, attempts: Int, usesStreams: Bool) {
        self.servers = servers
        self.attempts = attempts
        self.usesStreams = usesStreams
        request = Request(server: 0, usesStream: usesStreams, usesExtensions: true)
    }

    mutating func start() -> Step { servers > 0 ? .ask(request) : .giveUp }

    mutating func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .failed(let reason): return turn(reason)
        case .answered(_, true, _):
            guard !request.usesStream else { return turn("truncates its answer although asked by TCP") }
            request.usesStream = true
            return .ask(request)
        case .answered(.noError, _, true): return turn("names other servers instead of answering")
        case .answered(.noError, _, _), .answered(.nameError, _, _): return .accept
        case .answered(.formatError, _, _) where request.usesExtensions,
            .answered(.notImplemented, _, _) where request.usesExtensions:
            // A server from before EDNS.
            request.usesExtensions = false
            return .ask(request)
        case .answered(let code, _, _): return turn("cannot answer (\(code.name))")
        }
    }

    /// To the next server, or back to the first.
    private mutating func turn(_ complaint: String) -> Step {
        complaints[request.server] = complaint
        asked += 1
        guard asked < servers * attempts else { return .giveUp }
        request = Request(server: asked % servers, usesStream: usesStreams, usesExtensions: true)
        return .ask(request)
    }
}
