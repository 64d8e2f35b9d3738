// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("backpressure", .serialized, .timeLimit(.minutes(5)))
struct BackpressureTests {
    private static let total = 2000
    private static let size = 10_000

    /// A writer may run ahead by two flow-control windows of 1 MiB and what waits in queues and sockets.
    private static let bound = 1200

    private func settles(_ written: Recorder<Void>) async -> Int {
        var before = -1
        var quiet = 0
        while quiet < 50 {
            let now = written.count
            quiet = now == before ? quiet + 1 : 0
            before = now
            await pause()
        }
        return before
    }

    @Test("a server that nobody reads from stops writing, and goes on when read", arguments: CallWorld.Medium.allCases)
    func server(medium: CallWorld.Medium) async throws {
        let written = Recorder<Void>()
        let service = EchoService(expand: { _, responses, _ in
            for index in 0..<Self.total {
                try await responses.write(Buffer(count: Self.size, seed: index))
                written.record(())
            }
        })
        try await CallWorld.with(medium, service) { world in
            let responses = try await world.echo.expand(Buffer("x"))
            _ = try await responses.metadata()
            let ahead = await settles(written)
            #expect(ahead < Self.bound)
            // The connection is not held up for others meanwhile.
            #expect(try await world.echo.unary(Buffer("quick")).text == "quick")
            var index = 0
            for try await response in responses {
                if !response.isSame(as: Buffer(count: Self.size, seed: index)) {
                    Issue.record("message \(index) is another")
                }
                index += 1
            }
            #expect(index == Self.total)
        }
    }

    @Test(
        "a client whose server does not read stops writing, and goes on when read", arguments: CallWorld.Medium.allCases
    )
    func client(medium: CallWorld.Medium) async throws {
        let written = Recorder<Void>()
        let gate = Gate()
        let service = EchoService(collect: { requests, _ in
            try await gate.wait()
            var index = 0
            for try await request in requests {
                guard request.isSame(as: Buffer(count: Self.size, seed: index)) else {
                    throw RPCError(.dataLoss, "message \(index)")
                }
                index += 1
            }
            return Buffer("\(index)")
        })
        try await CallWorld.with(medium, service) { world in
            let call = Task {
                try await world.echo.collect { requests in
                    for index in 0..<Self.total {
                        try await requests.write(Buffer(count: Self.size, seed: index))
                        written.record(())
                    }
                }
            }
            await eventually { written.count > 0 }
            let ahead = await settles(written)
            #expect(ahead < Self.bound)
            gate.open()
            let reply = try await call.value
            #expect(reply.text == "\(Self.total)")
        }
    }

    @Test(
        "eight streams that nobody reads do not delay a call on their connection", arguments: CallWorld.Medium.allCases)
    func unread(medium: CallWorld.Medium) async throws {
        let service = EchoService(expand: { _, responses, _ in
            for _ in 0..<500 { try await responses.write(Buffer(count: 10_000)) }
        })
        try await CallWorld.with(medium, service) { world in
            var streams: [ResponseStream<Buffer>] = []
            for _ in 0..<8 {
                let stream = try await world.echo.expand(Buffer("x"))
                _ = try await stream.metadata()
                streams.append(stream)
            }
            for _ in 0..<50 { #expect(try await world.echo.unary(Buffer("x"), .deadline(.seconds(60))).text == "x") }
            #expect(streams.count == 8)
        }
    }
}
