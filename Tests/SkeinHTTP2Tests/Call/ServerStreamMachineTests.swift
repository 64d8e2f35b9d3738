// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct ServerStreamMachineTests {
    private func text(_ output: ServerStreamMachine.Output) -> String {
        switch output {
        case .none: "none"
        case .accept: "accept"
        case .reject(let rejection): "reject \(rejection.httpStatus) \(rejection.status.code)"
        case .message: "message"
        case .endOfRequests: "end"
        case .violation(let status): "violation \(status.code)"
        }
    }

    @Test(
        "a single-request method without a message is unimplemented, at once when the headers end the stream",
        arguments: [CallKind.unary, .serverStreaming])
    func noMessage(_ kind: CallKind) {
        var machine = ServerStreamMachine()
        #expect(text(machine.head(kind: kind, endStream: true)) == "reject 200 UNIMPLEMENTED")
        #expect(text(machine.message()) == "none")
        machine = ServerStreamMachine()
        #expect(text(machine.head(kind: kind, endStream: false)) == "accept")
        #expect(text(machine.endStream()) == "violation UNIMPLEMENTED")
        #expect(text(machine.endStream()) == "none")
    }

    @Test(
        "a second message to a single-request method is unimplemented", arguments: [CallKind.unary, .serverStreaming])
    func twoMessages(_ kind: CallKind) {
        var machine = ServerStreamMachine()
        _ = machine.head(kind: kind, endStream: false)
        #expect(text(machine.message()) == "message")
        #expect(text(machine.message()) == "violation UNIMPLEMENTED")
        #expect(text(machine.message()) == "none")
    }

    @Test(
        "headers that end the stream are a legal empty stream of a streaming method",
        arguments: [CallKind.clientStreaming, .bidirectional])
    func emptyStream(_ kind: CallKind) {
        var machine = ServerStreamMachine()
        #expect(text(machine.head(kind: kind, endStream: true)) == "accept")
        #expect(text(machine.endStream()) == "none")
    }

    @Test("a stream of messages ends")
    func stream() {
        var machine = ServerStreamMachine()
        #expect(text(machine.head(kind: .bidirectional, endStream: false)) == "accept")
        #expect(text(machine.message()) == "message")
        #expect(text(machine.message()) == "message")
        #expect(text(machine.endStream()) == "end")
    }

    @Test("broken bytes and a message cut short are violations, once")
    func violations() {
        var machine = ServerStreamMachine()
        _ = machine.head(kind: .unary, endStream: false)
        #expect(text(machine.failed(Status(.resourceExhausted))) == "violation RESOURCE_EXHAUSTED")
        #expect(text(machine.failed(Status(.internal))) == "none")
        machine = ServerStreamMachine()
        _ = machine.head(kind: .unary, endStream: false)
        #expect(text(machine.endStream(isTruncated: true)) == "violation INTERNAL")
    }
}
