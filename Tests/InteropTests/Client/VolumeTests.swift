// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    /// Large messages, many messages, many calls.
    @Suite("our client and grpcio's server: volume")
    struct Volume {
        private static let mib = 1 << 20

        @Test(
            "requests and replies of every size arrive whole",
            arguments: [0, 1, 16_378, 16_384, 65_529, 65_535, 65_536, mib - 1, mib, mib + 1, 3 * mib])
        func sizes(_ size: Int) async throws {
            let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 % 251) }
            try await GrpcioServer.withEcho { echo in
                let reply = try await echo.get(.init(payload: payload))
                #expect(reply.payload == payload, "\(reply.payload.count) bytes came back")
            }
        }

        @Test("a request too large for the server fails, and the connection lives")
        func tooLargeRequest() async throws {
            try await expectTooLarge(.init(payload: Array(repeating: 0, count: 5 * Self.mib)))
        }

        @Test("a reply too large for the client fails, and the connection lives")
        func tooLargeReply() async throws {
            try await expectTooLarge(.init(replyBytes: Int32(5 * Self.mib)))
        }

        @Test("streams carry large messages")
        func largeStreams() async throws {
            try await GrpcioServer.withEcho { echo in
                var sizes: [Int] = []
                for try await reply in try await echo.expand(.init(replyBytes: Int32(Self.mib), count: 8)) {
                    sizes.append(reply.payload.count)
                }
                #expect(sizes == Array(repeating: Self.mib, count: 8))
                let payload = [UInt8](repeating: 1, count: Self.mib)
                let reply = try await echo.collect { requests in
                    for index in 0..<8 { try await requests.write(.init(text: "\(index)", payload: payload)) }
                }
                #expect(reply.text == "0 1 2 3 4 5 6 7")
            }
        }

        @Test("500 calls run at once on one connection")
        func concurrent() async throws {
            try await GrpcioServer.withEcho { echo in
                let peers = try await together(500) { _ in
                    try await echo.get(.init(text: "peer", delayMs: 200)).text
                }
                #expect(Set(peers).count == 1)
            }
        }

        @Test("500 calls at once each get their own reply")
        func ownReplies() async throws {
            try await GrpcioServer.withEcho { echo in
                let right = try await together(500) { index in
                    let request = Skein_Testing_EchoRequest(
                        text: "\(index)", payload: Array(repeating: 7, count: index), delayMs: Int32(index % 7))
                    let reply = try await echo.get(request)
                    return reply.text == request.text && reply.payload == request.payload
                }
                #expect(right.allSatisfy { $0 })
            }
        }

        @Test("streams of 10,000 messages arrive whole and in order")
        func longStreams() async throws {
            let count = 10_000
            try await GrpcioServer.withEcho { echo in
                let replies = try await echo.expand(.init(text: "n", replyBytes: 100, count: Int32(count)))
                #expect(try await replies.texts() == (0..<count).map { "n \($0)" })
                let reply = try await echo.collect { requests in
                    for index in 0..<count { try await requests.write(.init(text: "\(index)")) }
                }
                #expect(reply.text == (0..<count).map(String.init).joined(separator: " "))
            }
        }

        @Test("20 bidirectional calls share a connection")
        func chats() async throws {
            try await GrpcioServer.withEcho { echo in
                _ = try await together(20) { name in
                    let call = try await echo.update()
                    var replies = call.responses.makeAsyncIterator()
                    for index in 0..<50 {
                        try await call.requests.write(.init(text: "\(name) \(index)"))
                        #expect(try await replies.next()?.text == "\(name) \(index)")
                    }
                    call.requests.finish()
                    #expect(try await replies.next() == nil)
                }
            }
        }

        private func expectTooLarge(_ request: Skein_Testing_EchoRequest) async throws {
            try await GrpcioServer.withEcho { echo in
                let error = try await failure { try await echo.get(request) }
                #expect(error.code == .resourceExhausted)
                #expect(try await echo.get(.init(text: "still there")).text == "still there")
            }
        }
    }
}

/// What `count` calls made at once return, in the order in which they end.
func together<Value: Sendable>(
    _ count: Int, _ call: @escaping @Sendable (Int) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
        for index in 0..<count { group.addTask { try await call(index) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
