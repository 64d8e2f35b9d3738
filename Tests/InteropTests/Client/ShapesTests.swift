// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    @Suite("our client and grpcio's server: call shapes")
    struct Shapes {
        @Test("a unary call brings its reply", arguments: ["hello", "", "Grüße, 世界 🪿"])
        func unary(_ text: String) async throws {
            try await GrpcioServer.withEcho { echo in
                let reply = try await echo.get(.init(text: text, payload: [0, 255]))
                #expect(reply == .init(text: text, payload: [0, 255], server: "grpcio"))
            }
        }

        @Test("a server stream brings its replies in order", arguments: [0, 1, 20])
        func serverStream(_ count: Int) async throws {
            try await GrpcioServer.withEcho { echo in
                let replies = try await echo.expand(.init(text: "n", count: Int32(count)))
                #expect(try await replies.texts() == (0..<count).map { "n \($0)" })
            }
        }

        @Test("a client stream is read to its end", arguments: [0, 1, 20])
        func clientStream(_ count: Int) async throws {
            try await GrpcioServer.withEcho { echo in
                let reply = try await echo.collect { requests in
                    for index in 0..<count { try await requests.write(.init(text: "\(index)")) }
                }
                #expect(reply.text == (0..<count).map(String.init).joined(separator: " "))
            }
        }

        @Test("a bidirectional call plays ping-pong", arguments: [0, 1, 50])
        func pingPong(_ count: Int) async throws {
            try await GrpcioServer.withEcho { echo in
                let call = try await echo.update()
                var replies = call.responses.makeAsyncIterator()
                for index in 0..<count {
                    try await call.requests.write(.init(text: "ping \(index)"))
                    #expect(try await replies.next()?.text == "ping \(index)")
                }
                call.requests.finish()
                #expect(try await replies.next() == nil)
            }
        }

        @Test("replies follow after our half close")
        func halfClose() async throws {
            try await GrpcioServer.withEcho { echo in
                let call = try await echo.update()
                for index in 0..<5 { try await call.requests.write(.init(text: "\(index)", delayMs: 20)) }
                call.requests.finish()
                #expect(try await call.responses.texts() == ["0", "1", "2", "3", "4"])
            }
        }
    }
}

extension ResponseStream<Skein_Testing_EchoReply> {
    /// The texts of all replies that are still to come.
    func texts() async throws(RPCError) -> [String] {
        var texts: [String] = []
        for try await reply in self { texts.append(reply.text) }
        return texts
    }
}
