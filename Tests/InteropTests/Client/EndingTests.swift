// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    /// Deadlines, cancellation, and graceful shutdown: a call that ends before its time.
    @Suite("our client and grpcio's server: calls that end early")
    struct Ending {
        @Test("the server knows the time a call has left")
        func deadlineSeen() async throws {
            try await GrpcioServer.withEcho { echo in
                let left = try await echo.get(.init(text: "deadline"), .deadline(.seconds(300))).text
                #expect((240_000...300_000).contains(Int(left) ?? 0), "\(left) ms")
                #expect(try await echo.get(.init(text: "deadline")).text == "none")
            }
        }

        @Test("a unary call and its handler end with the deadline")
        func deadline() async throws {
            try await expectCancelledHandler { echo in
                let error = try await failure { try await echo.get(.slow, .deadline(.seconds(2))) }
                #expect(error.code == .deadlineExceeded)
            }
        }

        @Test("a stream and its handler end with the deadline")
        func streamDeadline() async throws {
            try await expectCancelledHandler { echo in
                let replies = try await echo.expand(.init(count: 1_000, delayMs: 50), .deadline(.seconds(2)))
                let error = try await failure { try await replies.texts() }
                #expect(error.code == .deadlineExceeded)
            }
        }

        @Test("cancelling the task of a unary call cancels its handler")
        func cancelUnary() async throws {
            try await expectCancelledHandler { echo in
                try await cancelling(echo) { try await echo.get(.slow) }
            }
        }

        @Test("cancelling the task of a client stream cancels its handler")
        func cancelClientStream() async throws {
            try await expectCancelledHandler { echo in
                try await cancelling(echo) {
                    try await echo.collect { requests in
                        try await requests.write(.init(text: "only"))
                        try await Task.sleep(for: .seconds(20))
                    }
                }
            }
        }

        @Test("leaving the loop over a server stream cancels its handler")
        func leaveLoop() async throws {
            try await expectCancelledHandler { echo in
                for try await reply in try await echo.expand(.init(text: "n", count: 100_000, delayMs: 10)) {
                    #expect(reply.text == "n 0")
                    break
                }
            }
        }

        @Test("dropping a bidirectional call cancels its handler")
        func drop() async throws {
            try await expectCancelledHandler { echo in
                let call = try await echo.update()
                try await call.requests.write(.init(text: "ping"))
                var replies = call.responses.makeAsyncIterator()
                #expect(try await replies.next()?.text == "ping")
            }
        }

        @Test("calls that run when the server shuts down finish, and later ones find nobody")
        func drain() async throws {
            // Nobody else answers there later.
            let server = try await GrpcioServer(port: LocalPort.reserve())
            try await server.withEcho { echo in
                async let slow = together(10) { try await echo.get(.init(text: "\($0)", delayMs: 1_000)).text }
                let stream = try await echo.expand(.init(text: "n", count: 10, delayMs: 100))
                var replies = stream.makeAsyncIterator()
                #expect(try await replies.next()?.text == "n 0")
                #expect(try await echo.get(.init(text: "shut down")).text == "shut down")
                for index in 1..<10 { #expect(try await replies.next()?.text == "n \(index)") }
                #expect(try await Set(slow) == Set((0..<10).map(String.init)))
                let error = try await failure { try await echo.get(.init(text: "anyone?"), .deadline(.seconds(5))) }
                #expect(error.code == .unavailable)
            }
            #expect(await server.process.exitStatus() == 0)
        }

        /// Runs `call` in a task that is cancelled once the server has answered another call after it.
        private func cancelling(
            _ echo: Skein_Testing_Echo.Client, _ call: @escaping @Sendable () async throws -> some Any & Sendable
        ) async throws {
            let task = Task { _ = try await call() }
            _ = try await echo.get(.init(text: "there", delayMs: 100))
            task.cancel()
            let error = try await failure { try await task.value }
            #expect(error.code == .cancelled)
        }

        /// After `body` the server counts one cancelled handler more than before.
        private func expectCancelledHandler(_ body: (Skein_Testing_Echo.Client) async throws -> Void) async throws {
            try await GrpcioServer.withEcho { echo in
                let before = try await cancellations(echo)
                try await body(echo)
                // The server learns of it a moment later; each question waits 10 ms there.
                var now = before
                for _ in 0..<200 where now == before { now = try await cancellations(echo) }
                #expect(now == before + 1)
            }
        }

        private func cancellations(_ echo: Skein_Testing_Echo.Client) async throws -> Int {
            let count = try await echo.get(.init(text: "cancellations", delayMs: 10)).text
            return try #require(Int(count))
        }
    }
}

extension Skein_Testing_EchoRequest {
    /// A request that no test waits for.
    fileprivate static let slow = Skein_Testing_EchoRequest(delayMs: 20_000)
}
