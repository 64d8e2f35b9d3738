// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("calls to a server at its maximum of streams", .serialized, .timeLimit(.minutes(2)))
struct FairnessTests {
    /// A server that runs `limit` calls at once, and notes which began, in order.
    private func with(
        _ limit: Int, _ medium: CallWorld.Medium, hold: Gate = Gate(),
        _ body: (CallWorld, Recorder<Int>, Level) async throws -> Void
    ) async throws {
        let begun = Recorder<Int>()
        let running = Level()
        let service = EchoService(expand: { request, responses, _ in
            begun.record(Int(request.text) ?? -1)
            running.enter()
            defer { running.leave() }
            try await hold.wait()
            try await responses.write(request)
        })
        // One handler after the other, so that the order in which they begin is that of their requests.
        let options = ServerOptions().maxConcurrentStreams(limit).eventLoops(1).handlers(.eventLoop)
        try await CallWorld.with(medium, service, server: options) { world in try await body(world, begun, running) }
    }

    /// Starts a call, and returns when it is in the connection's hands: the next one comes after it.
    private func start(_ number: Int, _ world: CallWorld) async throws -> ResponseStream<Buffer> {
        try await world.echo.expand(Buffer("\(number)"), .deadline(.seconds(60)))
    }

    /// Makes the connection, so that the server's limit is known.
    private func warmUp(_ world: CallWorld) async throws { _ = try await world.echo.unary(Buffer("x")) }

    @Test("calls begin in the order in which they came, and every one has its turn", arguments: [1, 2, 3, 10])
    func order(limit: Int) async throws {
        for medium in CallWorld.Medium.allCases {
            let hold = Gate()
            try await with(limit, medium, hold: hold) { world, begun, running in
                try await warmUp(world)
                var streams: [ResponseStream<Buffer>] = []
                for number in 0..<200 { streams.append(try await start(number, world)) }
                await eventually { running.current == limit }
                #expect(begun.all == Array(0..<limit))
                hold.open()
                for (number, stream) in streams.enumerated() {
                    for try await message in stream { #expect(message.text == "\(number)") }
                }
                #expect(begun.all == Array(0..<200), "\(medium)")
            }
        }
    }

    @Test("a call that is cancelled while it waits leaves the queue, and never begins", arguments: [1, 3])
    func cancelled(limit: Int) async throws {
        let hold = Gate()
        try await with(limit, .tcp, hold: hold) { world, begun, running in
            try await warmUp(world)
            var kept: [ResponseStream<Buffer>] = []
            for number in 0..<60 {
                // A stream that nobody holds is cancelled.
                let stream = try await start(number, world)
                if number < limit || number % 3 == 0 { kept.append(stream) }
            }
            await eventually { running.current == limit }
            hold.open()
            for stream in kept { for try await _ in stream {} }
            #expect(begun.all == (0..<60).filter { $0 < limit || $0 % 3 == 0 })
        }
    }

    @Test("a call whose time is up while it waits leaves the queue, and those behind it move up")
    func outOfTime() async throws {
        let hold = Gate()
        try await with(1, .tcp, hold: hold) { world, begun, running in
            try await warmUp(world)
            let first = try await start(0, world)
            await eventually { running.current == 1 }
            let late = (1...20).map { number in
                Task {
                    let stream = try await world.echo.expand(Buffer("\(number)"), .deadline(.milliseconds(400)))
                    for try await _ in stream {}
                }
            }
            for call in late {
                let error = await rpcError { try await call.value }
                #expect(error?.code == .deadlineExceeded)
            }
            let last = try await start(99, world)
            hold.open()
            for stream in [first, last] { for try await _ in stream {} }
            #expect(begun.all == [0, 99])
        }
    }

    @Test("many callers at once share few streams, and none starves", arguments: [1, 4])
    func crowd(limit: Int) async throws {
        let running = Level()
        let most = Recorder<Int>()
        let service = EchoService(unary: { request, _ in
            most.record(running.enter())
            defer { running.leave() }
            await pause()
            return request
        })
        try await CallWorld.with(.tcp, service, server: .init().maxConcurrentStreams(limit)) { world in
            try await warmUp(world)
            try await concurrently(100) { number in
                for _ in 0..<5 {
                    let reply = try await world.echo.unary(Buffer("\(number)"), .deadline(.seconds(60)))
                    #expect(reply.text == "\(number)")
                }
            }
            #expect(most.count == 501 && most.all.allSatisfy { $0 <= limit })
        }
    }
}
