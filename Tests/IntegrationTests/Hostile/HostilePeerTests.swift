// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("hostile and broken clients", .serialized, .timeLimit(.minutes(5)))
struct HostilePeerTests {
    /// Runs `attack` against a server while a good client calls, and expects the good client to notice nothing.
    private func survive(
        _ service: EchoService = EchoService(), _ attack: (_ port: Int) async throws -> Void
    ) async throws {
        try await CallWorld.with(.tcp, service, server: .eventLoops(1)) { world in
            let stop = Gate()
            let good = Task {
                var calls = 0
                while !stop.isOpen {
                    _ = try await world.echo.expand(Buffer("x"), .deadline(.seconds(60))).metadata()
                    calls += 1
                }
                return calls
            }
            try await attack(world.server.address.port ?? 0)
            for try await _ in try await world.echo.expand(Buffer("x"), .deadline(.seconds(60))) {}
            stop.open()
            let calls = try await good.value
            #expect(calls > 0)
        }
    }

    @Test(
        "bytes that are not HTTP/2 end their connection",
        arguments: [
            Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [UInt8](repeating: 0, count: 5000),
            Array("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n".utf8), Frames.preface + Frames.frame(type: 0, stream: 1, [1]),
            Frames.hello + Frames.data(7, [1, 2, 3]), Frames.hello + Frames.frame(type: 4, stream: 3),
            Frames.hello + [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1], Frames.hello + Frames.request(2),
            Frames.hello + Frames.frame(type: 1, flags: 4, stream: 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ])
    func garbage(bytes: [UInt8]) async throws {
        try await survive { port in
            let peer = try await RawPeer(port: port)
            await peer.send(bytes)
            await eventually { peer.isClosed }
        }
    }

    @Test("random bytes after the preface end their connection", arguments: 0..<20)
    func random(seed: UInt64) async throws {
        try await CallWorld.with(.tcp) { world in
            var random = SplitMix64(seed: seed)
            let peer = try await RawPeer(port: world.server.address.port ?? 0)
            var bytes = Frames.hello
            for _ in 0..<50 {
                let payload = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                bytes += Frames.frame(
                    type: .random(in: 0...12, using: &random), flags: .random(in: 0...255, using: &random),
                    stream: .random(in: 0...9, using: &random), payload)
            }
            await peer.send(bytes)
            await peer.halfClose()
            await eventually { peer.isClosed }
            let reply = try await world.echo.unary(Buffer("x"))
            #expect(reply.text == "x")
        }
    }

    @Test("a peer that says hello and then nothing harms nobody, and neither does one that leaves at once")
    func silence() async throws {
        try await survive { port in
            let silent = try await RawPeer(port: port)
            await silent.send(Frames.hello)
            let mute = try await RawPeer(port: port)
            for _ in 0..<20 {
                let peer = try await RawPeer(port: port)
                await peer.close()
            }
            await eventually { !silent.bytes.isEmpty }
            #expect(!mute.isClosed)
            await silent.close()
            await mute.close()
        }
    }

    @Test("a request cut off in the middle cancels nothing but itself")
    func halfClosed() async throws {
        let reasons = Recorder<CancellationReason?>()
        let service = EchoService(collect: { requests, context in
            do {
                for try await _ in requests {}
            } catch {
                reasons.record(context.cancellation)
                throw error
            }
            return Buffer()
        })
        try await survive(service) { port in
            let peer = try await RawPeer(port: port)
            let head = Frames.head.map { $0.0 == ":path" ? (":path", "/test.Echo/Collect") : $0 }
            let request = Frames.frame(type: 1, flags: 4, stream: 1, head.flatMap(Frames.literal))
            await peer.send(Frames.hello + request + Frames.data(1, [0, 0, 0, 0, 9, 1]))
            await peer.halfClose()
            await eventually { peer.isClosed }
            await eventually { reasons.all == [.connectionLost] }
        }
    }

    @Test("500 calls that are reset at once are borne")
    func resets() async throws {
        let running = Level()
        let service = EchoService(unary: { request, _ in
            running.enter()
            defer { running.leave() }
            await Gate.waitForCancellation()
            return request
        })
        try await survive(service) { port in
            let peer = try await RawPeer(port: port)
            var bytes = Frames.hello
            for stream in stride(from: UInt32(1), to: 1001, by: 2) {
                bytes +=
                    Frames.request(stream) + Frames.data(stream, [0, 0, 0, 0, 0], end: true) + Frames.reset(stream)
            }
            await peer.send(bytes)
            await peer.halfClose()
            await eventually { peer.isClosed }
            await eventually { running.current == 0 }
        }
    }

    @Test("too long a header list fails its call, not the connection")
    func longHeaders() async throws {
        try await survive { port in
            let peer = try await RawPeer(port: port)
            let long = (0..<10).map { ("x-\($0)", String(repeating: "a", count: 1500)) }
            let more = (0..<8).map { ("y-\($0)", String(repeating: "b", count: 1500)) }
            // The second half comes in a CONTINUATION frame.
            var block = Frames.head.flatMap(Frames.literal)
            for field in long { block += Frames.literal(field) }
            let first = Frames.frame(type: 1, flags: 1, stream: 1, block)
            let second = Frames.frame(type: 9, flags: 4, stream: 1, more.flatMap(Frames.literal))
            await peer.send(Frames.hello + first + second)
            // The answer: SETTINGS, its acknowledgement, and HEADERS on stream 1.
            await eventually { peer.frames.contains { $0.type == 1 && $0.stream == 1 } || peer.isClosed }
            #expect(!peer.isClosed)
            await peer.send(Frames.request(3) + Frames.data(3, [0, 0, 0, 0, 1, 65], end: true))
            await eventually { peer.frames.contains { $0.type == 0 && $0.stream == 3 } }
            await peer.close()
        }
    }

    @Test("a timeout of 99,999,999 hours is no trap, and neither is a negative window or a huge message length")
    func extremes() async throws {
        try await survive { port in
            let peer = try await RawPeer(port: port)
            await peer.send(
                Frames.hello + Frames.request(1, [("grpc-timeout", "99999999H")])
                    + Frames.data(1, [0, 0, 0, 0, 1, 65], end: true))
            await eventually { peer.frames.contains { $0.type == 0 && $0.stream == 1 } }
            await peer.send(Frames.request(3) + Frames.data(3, [0, 0xff, 0xff, 0xff, 0xff, 65]))
            await eventually { peer.frames.contains { $0.type == 1 && $0.stream == 3 } }
            await peer.send(Frames.request(5) + Frames.data(5, [7, 0, 0, 0, 0], end: true))
            await eventually { peer.frames.contains { $0.type == 1 && $0.stream == 5 } }
            #expect(!peer.isClosed)
            // SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1.
            await peer.send(Frames.frame(type: 4, [0, 4, 0xff, 0xff, 0xff, 0xff]))
            await eventually { peer.isClosed }
        }
    }
}
