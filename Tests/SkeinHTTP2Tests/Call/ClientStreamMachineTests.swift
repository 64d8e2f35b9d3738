// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct ClientStreamMachineTests {
    enum Step: Sendable {
        case head([String: String], end: Bool)
        case message
        case trailers([String: String], truncated: Bool)
        case end
        case closed(HTTP2ErrorCode)

        static let open = Step.head([":status": "200", "content-type": "application/grpc"], end: false)
        static let ok = Step.trailers(["grpc-status": "0"], truncated: false)
    }

    private func run(_ kind: CallKind, _ steps: [Step]) -> [String] {
        var machine = ClientStreamMachine(kind: kind)
        return steps.compactMap { step in
            let output =
                switch step {
                case .head(let fields, let end):
                    machine.head(
                        ResponseHead(fields.map { ($0, $1) }), endStream: end, compressors: .builtIn)
                case .message: machine.message()
                case .trailers(let fields, let truncated):
                    machine.trailers(Trailers(fields.map { ($0, $1) }), isTruncated: truncated)
                case .end: machine.endStream()
                case .closed(let code):
                    machine.closed(StreamClosure(code: code, fate: .processed), deadlinePassed: false)
                }
            return switch output {
            case .none: nil
            case .metadata: "metadata"
            case .message: "message"
            case .ended(let status, _, let origin): "\(status.code) \(origin)"
            }
        }
    }

    @Test(
        "a response of the right shape ends with its status",
        arguments: [
            (CallKind.unary, [.open, .message, .ok, .closed(.noError)], ["metadata", "message", "OK peer"]),
            (.serverStreaming, [.open, .message, .message, .ok], ["metadata", "message", "message", "OK peer"]),
            (.bidirectional, [.open, .ok], ["metadata", "OK peer"]),
            (.serverStreaming, [.head(["grpc-status": "0", ":status": "200"], end: true)], ["OK peer"]),
            (
                .unary, [.head(["grpc-status": "5", ":status": "200"], end: true), .closed(.noError)],
                ["NOT_FOUND peer"]
            ),
            (
                .unary, [.open, .trailers(["grpc-status": "7"], truncated: false)],
                ["metadata", "PERMISSION_DENIED peer"]
            ),
            (
                .unary, [.open, .message, .trailers(["grpc-status": "7"], truncated: false)],
                ["metadata", "message", "PERMISSION_DENIED peer"]
            ),
        ] as [(CallKind, [Step], [String])])
    func regular(_ kind: CallKind, _ steps: [Step], _ expected: [String]) {
        #expect(run(kind, steps) == expected)
    }

    @Test(
        "a method with one response needs exactly one message with OK", arguments: [CallKind.unary, .clientStreaming])
    func cardinality(_ kind: CallKind) {
        #expect(run(kind, [.open, .ok]) == ["metadata", "UNIMPLEMENTED local"])
        #expect(run(kind, [.open, .message, .message, .ok]) == ["metadata", "message", "UNIMPLEMENTED local"])
        #expect(run(kind, [.head(["grpc-status": "0", ":status": "200"], end: true)]) == ["UNIMPLEMENTED local"])
    }

    @Test(
        "a response without a grpc-status has the code of its HTTP status; a grpc-status always wins",
        arguments: [
            ([.open, .message, .trailers([:], truncated: false)], "UNKNOWN local"),
            ([.open, .message, .end], "UNKNOWN local"),
            ([.head([":status": "503", "content-type": "text/html"], end: false)], "UNAVAILABLE local"),
            ([.head([":status": "404"], end: true)], "UNIMPLEMENTED local"),
            ([.head([":status": "200", "content-type": "text/plain"], end: false)], "UNKNOWN local"),
            ([.head([":status": "503", "content-type": "application/grpc"], end: false), .end], "UNAVAILABLE local"),
            ([.head([":status": "503", "grpc-status": "5"], end: true)], "NOT_FOUND peer"),
            (
                [.head([":status": "415", "content-type": "application/grpc", "grpc-status": "2"], end: true)],
                "UNKNOWN peer"
            ),
            ([.open, .trailers(["grpc-status": "many"], truncated: false)], "UNKNOWN peer"),
        ] as [([Step], String)])
    func statusSources(_ steps: [Step], _ expected: String) {
        #expect(run(.unary, steps).last == expected)
    }

    @Test("the content-type of what is not gRPC is in the message")
    func namesContentType() {
        var machine = ClientStreamMachine(kind: .unary)
        let head = ResponseHead([(":status", "502"), ("content-type", "text/html; charset=utf-8")])
        guard case .ended(let status, _, _) = machine.head(head, endStream: false, compressors: .builtIn) else {
            Issue.record("the call did not end")
            return
        }
        #expect(status.message.contains("502") && status.message.contains("\"text/html; charset=utf-8\""))
    }

    @Test("a message cut short with OK is internal; with another status that status counts")
    func truncated() {
        #expect(
            run(.serverStreaming, [.open, .trailers(["grpc-status": "0"], truncated: true)]).last == "INTERNAL local")
        #expect(
            run(.serverStreaming, [.open, .trailers(["grpc-status": "9"], truncated: true)]).last
                == "FAILED_PRECONDITION peer")
    }

    @Test("an encoding that was not offered is internal")
    func encoding() {
        let head = Step.head(
            [":status": "200", "content-type": "application/grpc", "grpc-encoding": "zstd"], end: false)
        #expect(run(.unary, [head]) == ["INTERNAL local"])
    }

    @Test("a header list over the limit ends the call with resource exhausted")
    func overLimit() {
        var machine = ClientStreamMachine(kind: .unary)
        let head = ResponseHead([(":status", "200"), ("x", String(repeating: "y", count: 100))], limit: 100)
        guard case .ended(let status, _, _) = machine.head(head, endStream: false, compressors: .builtIn) else {
            Issue.record("the call did not end")
            return
        }
        #expect(status.code == .resourceExhausted)
    }

    @Test("a call ends once, whatever follows, in every order of events", arguments: 1...200)
    func endsOnce(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let choices: [Step] = [
            .open, .message, .ok, .end, .closed(.cancel), .head([":status": "200", "grpc-status": "1"], end: true),
            .trailers([:], truncated: true),
        ]
        let steps = (0..<12).map { _ in choices.randomElement(using: &random) ?? .end } + [.closed(.noError)]
        let kind = [CallKind.unary, .serverStreaming].randomElement(using: &random) ?? .unary
        let output = run(kind, steps)
        #expect(output.count { $0 != "metadata" && $0 != "message" } == 1)
        #expect(output.last != "metadata" && output.last != "message")
    }
}
