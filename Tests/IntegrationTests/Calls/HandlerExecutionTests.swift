// SPDX-License-Identifier: Apache-2.0
import Logging
import SkeinClient
import SkeinCore
import SkeinServer
import TestSupport
import Testing

@Suite("where handlers run", .serialized, .timeLimit(.minutes(5)))
struct HandlerExecutionTests {
    private static let service = EchoService(
        unary: { request, _ in
            await Task.yield()
            async let a = Task.yield()
            async let b = Task.yield()
            _ = await (a, b)
            return request
        },
        collect: { requests, _ in
            var all = Buffer()
            for try await request in requests {
                await Task.yield()
                request.withBytes { all.append($0) }
            }
            return all
        })

    @Test(
        "handlers give the same results wherever they run", arguments: CallWorld.Medium.allCases,
        [HandlerExecution.adaptive, .eventLoop, .concurrent])
    func modes(medium: CallWorld.Medium, execution: HandlerExecution) async throws {
        try await CallWorld.with(medium, Self.service, server: .handlers(execution)) { world in
            try await concurrently(50) { index in
                #expect(try await world.echo.unary(Buffer("\(index)")).text == "\(index)")
                let joined = try await world.echo.collect { requests in
                    for part in 0..<20 { try await requests.write(Buffer("\(part) ")) }
                }
                #expect(joined.text == (0..<20).map { "\($0) " }.joined())
            }
        }
    }

    @Test("a server with several loops of its own serves from all of them")
    func severalLoops() async throws {
        for execution in [HandlerExecution.adaptive, .eventLoop] {
            try await CallWorld.with(.tcp, Self.service, server: .eventLoops(3).handlers(execution)) { world in
                for _ in 0..<6 {
                    let channel = try CallWorld.makeChannel(.tcp, world.endpoints, .init(), world.network)
                    #expect(try await EchoClient(channel).unary(Buffer("x")).text == "x")
                    await channel.shutDown(grace: .zero)
                }
            }
        }
    }

    @Test("the watchdog names a method that blocks its loop")
    func watchdog() async throws {
        let log = LogRecorder()
        let isNamed: @Sendable () -> Bool = {
            log.lines.contains { $0.contains("blocks its event loop") && $0.contains("/test.Echo/Unary") }
        }
        let service = EchoService(unary: { request, _ in
            let end = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < end, !isNamed() {}
            return request
        })
        let options = ServerOptions.handlers(.eventLoop).eventLoops(1).logger(log.logger)
        try await CallWorld.with(.tcp, service, server: options) { world in
            _ = try await world.echo.unary(Buffer("x"))
            await eventually { isNamed() }
        }
    }

    @Test("a method whose first stretch is slow starts on the pool from then on, and that is logged once")
    func adaptive() async throws {
        let log = LogRecorder()
        let service = EchoService(unary: { request, _ in
            let end = ContinuousClock.now + .milliseconds(3)
            while ContinuousClock.now < end {}
            return request
        })
        try await CallWorld.with(.tcp, service, server: .logger(log.logger)) { world in
            for _ in 0..<5 { _ = try await world.echo.unary(Buffer("x")) }
            #expect(log.lines.filter { $0.contains("start on the pool") && $0.contains("/test.Echo/Unary") }.count == 1)
        }
    }
}
