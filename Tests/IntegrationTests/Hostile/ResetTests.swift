// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import Synchronization
import Testing

@Suite("streams that are reset", .serialized, .timeLimit(.minutes(2)))
struct ResetTests {
    /// Counts the handlers that run.
    private final class Running: Sendable {
        private let counts = Mutex((now: 0, most: 0, all: 0))
        var now: Int { counts.withLock { $0.now } }
        var most: Int { counts.withLock { $0.most } }
        var all: Int { counts.withLock { $0.all } }

        func during(_ body: () async throws -> Void) async rethrows {
            counts.withLock {
                $0.now += 1
                $0.all += 1
                $0.most = max($0.most, $0.now)
            }
            defer { counts.withLock { $0.now -= 1 } }
            try await body()
        }
    }

    @Test("a client that resets what it starts cannot make more handlers run than it may have streams")
    func instantResets() async throws {
        let running = Running()
        let release = Gate()
        // Deaf to cancellation, as handlers are that compute.
        let service = EchoService(unary: { request, _ in
            await running.during { await Task.detached { try? await release.wait() }.value }
            return request
        })
        try await CallWorld.with(.tcp, service, server: .init().maxConcurrentStreams(20)) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            await peer.send(Frames.hello)
            var stream: UInt32 = 1
            for _ in 0..<100 {
                var bytes: [UInt8] = []
                for _ in 0..<100 {
                    bytes += Frames.request(stream) + Frames.data(stream, [0, 0, 0, 0, 0], end: true)
                    bytes += Frames.reset(stream)
                    stream += 2
                }
                await peer.send(bytes)
            }
            await eventually { running.now == 20 }
            let last = stream
            await peer.send(Frames.request(last) + Frames.data(last, [0, 0, 0, 0, 0], end: true))
            await eventually { peer.frames.contains { $0.type == 3 && $0.stream == last } }
            #expect(running.most == 20)
            release.open()
            await eventually { running.now == 0 }
            #expect(!peer.isClosed)
            await peer.send(Frames.request(last + 2) + Frames.data(last + 2, [0, 0, 0, 0, 0], end: true))
            await eventually { peer.frames.contains { $0.stream == last + 2 && $0.flags & 1 == 1 } }
            #expect(running.most == 20)
        }
    }
}
