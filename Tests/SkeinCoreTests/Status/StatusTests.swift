// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Status codes", .timeLimit(.minutes(2)))
struct StatusCodeTests {
    @Test("the 17 codes have gRPC's numbers and names, in any case")
    func codes() {
        let all: [StatusCode] = [
            .ok, .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists,
            .permissionDenied, .resourceExhausted, .failedPrecondition, .aborted, .outOfRange, .unimplemented,
            .internal, .unavailable, .dataLoss, .unauthenticated,
        ]
        #expect(all.map(\.rawValue) == Array(0...16))
        for code in all {
            #expect(StatusCode(rawValue: code.rawValue) == code)
            #expect(StatusCode(name: code.name) == code)
            #expect(StatusCode(name: code.name.lowercased()) == code)
        }
        #expect(StatusCode(rawValue: 17) == nil)
        #expect(StatusCode(name: "OKAY") == nil)
        #expect("\(StatusCode.deadlineExceeded)" == "DEADLINE_EXCEEDED")
    }

    @Test("a control plane's application codes become internal, its own stay")
    func controlPlane() {
        let kept = (UInt8(0)...16).compactMap { StatusCode(rawValue: $0) }.filter { $0.fromControlPlane == $0 }
        #expect(
            kept == [
                .cancelled, .unknown, .deadlineExceeded, .permissionDenied, .resourceExhausted, .unimplemented,
                .internal, .unavailable, .unauthenticated,
            ])
        #expect(StatusCode.ok.fromControlPlane == .internal)
        #expect(StatusCode.notFound.fromControlPlane == .internal)
    }
}

@Suite("Errors of calls", .timeLimit(.minutes(2)))
struct RPCErrorTests {
    private struct Teapot: RPCErrorConvertible {
        var rpcError: RPCError { RPCError(.failedPrecondition, "short and stout", metadata: ["pot": "tea"]) }
    }

    private struct Other: Error {}

    @Test("a code matches in a catch clause")
    func matching() {
        let error: any Error = RPCError(.notFound, "no such thing")
        #expect(StatusCode.notFound ~= error)
        #expect(!(StatusCode.ok ~= error))
        #expect(!(StatusCode.notFound ~= (Other() as any Error)))
    }

    @Test("what a handler throws becomes a status")
    func thrownByHandler() {
        let own = RPCError(thrown: RPCError(.aborted, "again", metadata: ["a": "1"]))
        #expect(own.status == Status(.aborted, "again"))
        #expect(own.metadata == ["a": "1"])
        let converted = RPCError(thrown: Teapot())
        #expect(converted.code == .failedPrecondition)
        #expect(converted.metadata["pot"] == "tea")
        #expect(RPCError(thrown: CancellationError()).code == .cancelled)
        let other = RPCError(thrown: Other())
        #expect(other.code == .unknown)
        #expect(other.cause is Other)
        #expect(other.message == "the handler threw Other")
    }

    @Test("setting metadata changes this copy alone and keeps the rest")
    func metadata() {
        let first = RPCError(Status(.internal, "x"), cause: Other(), origin: .peer)
        var second = first
        second.metadata["k"] = "v"
        #expect(first.metadata.isEmpty)
        #expect(second.metadata["k"] == "v")
        #expect(second.origin == .peer)
        #expect(second.cause is Other)
    }

    @Test("descriptions say code and message, debug descriptions all of it")
    func descriptions() {
        let attempt = AttemptSummary(
            endpoint: Endpoint(.ipv4("10.0.0.7", port: 443)).identity, status: Status(.unavailable),
            elapsed: .seconds(1))
        let error = RPCError(.unavailable, "gone", cause: Other()).with(attempts: [attempt])
        #expect(error.description == "UNAVAILABLE: gone")
        #expect(error.attempts == [attempt])
        #expect(error.debugDescription.hasPrefix("UNAVAILABLE: gone (local), caused by Other"))
        #expect(error.debugDescription.contains("10.0.0.7:443: UNAVAILABLE after 1000.0 ms"))
        #expect(Status.ok.description == "OK")
        let nowhere = AttemptSummary(endpoint: nil, status: .ok, elapsed: .zero)
        #expect(nowhere.description == "no endpoint: OK after 0.0 ms")
    }
}
