// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("a call that is answered before its request is complete", .timeLimit(.minutes(5)))
struct EarlyAnswerTests {
    private static let headers: UInt8 = 1
    private static let reset: UInt8 = 3

    /// A request for a method that does not exist, without an end.
    private func request(_ stream: UInt32) -> [UInt8] {
        let head = Frames.head.map { $0.0 == ":path" ? (":path", "/test.Echo/None") : $0 }
        return Frames.frame(type: 1, flags: 4, stream: stream, head.flatMap(Frames.literal))
    }

    private func frames(_ peer: RawPeer, on stream: UInt32) -> [UInt8] {
        peer.frames.filter { $0.stream == stream }.map(\.type)
    }

    @Test("it is reset after the answer, unless the client ends it when it has that")
    func ends() async throws {
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .init())
        let peer = try await RawPeer(port: server.address.port ?? 0)
        await peer.send(Frames.hello + request(1))
        await eventually { frames(peer, on: 1) == [EarlyAnswerTests.headers, EarlyAnswerTests.reset] }
        #expect(peer.bytes.suffix(4) == [0, 0, 0, 0])
        await peer.send(request(3) + Frames.data(3, [], end: true) + request(5))
        await eventually { frames(peer, on: 5) == [EarlyAnswerTests.headers, EarlyAnswerTests.reset] }
        #expect(frames(peer, on: 3) == [EarlyAnswerTests.headers])
        await peer.close()
        server.shutDown()
        try await server.finished()
    }
}
