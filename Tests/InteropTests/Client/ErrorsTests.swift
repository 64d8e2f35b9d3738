// SPDX-License-Identifier: Apache-2.0
import Skein
import Testing

extension InteropTests {
    @Suite("our client and grpcio's server: errors")
    struct Errors {
        @Test("every status code arrives with its message", arguments: 1...16)
        func codes(_ code: Int) async throws {
            let code = try #require(StatusCode(rawValue: UInt8(code)))
            try await expectFailure(code, "this is \(code)")
        }

        @Test(
            "a message of any characters and length arrives",
            arguments: [
                "", "nicht gefunden: Gänse 🪿", "100% of a\tb\r\nc %41 %zz \u{7f}", String(repeating: "m", count: 2_048),
            ])
        func messages(_ message: String) async throws {
            try await expectFailure(.notFound, message)
        }

        @Test("rich details arrive")
        func details() async throws {
            try await GrpcioServer.withEcho { echo in
                let error = try await failure {
                    try await echo.get(.init(text: "t", failCode: 5, failMessage: "rich"))
                }
                let expected = Google_Rpc_ErrorInfo(
                    reason: "ASKED_FOR", domain: "skein.testing", metadata: ["text": "t"])
                #expect(error.detail(Google_Rpc_ErrorInfo.self) == expected)
            }
        }

        @Test("a failure after messages arrives behind them")
        func afterMessages() async throws {
            try await GrpcioServer.withEcho { echo in
                let call = try await echo.expand(.init(text: "n", count: 3, failCode: 5, failMessage: "late"))
                var replies = call.makeAsyncIterator()
                for index in 0..<3 { #expect(try await replies.next()?.text == "n \(index)") }
                let error = try await failure { try await call.texts() }
                #expect(error.status == Status(.notFound, "late"))
            }
        }

        @Test("a client stream is told early that its call failed")
        func early() async throws {
            try await GrpcioServer.withEcho { echo in
                let error = try await failure { try await echo.collect(.init(), writeForEver) }
                #expect(error.status == Status(.notFound, "early"))
            }
        }

        /// Asks for a failure and goes on until a write tells that nobody listens any more.
        private func writeForEver(_ requests: RequestWriter<Skein_Testing_EchoRequest>) async throws {
            try await requests.write(.init(failCode: 5, failMessage: "early"))
            while true { try await requests.write(.init(delayMs: 10)) }
        }

        @Test("a bidirectional call is told early that it failed")
        func earlyBidirectional() async throws {
            try await GrpcioServer.withEcho { echo in
                let call = try await echo.update()
                try await call.requests.write(.init(text: "fine"))
                try await call.requests.write(.init(failCode: 5, failMessage: "early"))
                var replies = call.responses.makeAsyncIterator()
                #expect(try await replies.next()?.text == "fine")
                let error = try await failure { try await call.responses.texts() }
                #expect(error.status == Status(.notFound, "early"))
            }
        }

        @Test("what the server does not have is unimplemented", arguments: ["skein.testing.Echo", "skein.testing.No"])
        func missing(_ service: String) async throws {
            try await GrpcioServer.withEcho { echo in
                let method = UnaryMethod(
                    Method<Skein_Testing_EchoRequest, Skein_Testing_EchoReply>(
                        service, "Missing", .unary, ProtobufCodec<Skein_Testing_EchoRequest>.self,
                        ProtobufCodec<Skein_Testing_EchoReply>.self), on: echo.channel)
                let error = try await failure { try await method(.init(text: "anyone?")) }
                #expect(error.code == .unimplemented)
                #expect(error.origin == .peer)
            }
        }

        private func expectFailure(_ code: StatusCode, _ message: String) async throws {
            try await GrpcioServer.withEcho { echo in
                let error = try await failure {
                    try await echo.get(.init(failCode: Int32(code.rawValue), failMessage: message))
                }
                #expect(error.status == Status(code, message))
                #expect(error.origin == .peer)
            }
        }
    }
}

/// The error that `call`, which must fail, ends with.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> some Any
) async throws -> RPCError {
    let error = await #expect(throws: RPCError.self, sourceLocation: sourceLocation) { _ = try await call() }
    return try #require(error, sourceLocation: sourceLocation)
}
