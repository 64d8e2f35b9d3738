// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("deadlines of calls", .serialized, .timeLimit(.minutes(5)))
struct DeadlineTests {
    /// A service whose handlers wait until they are cancelled and tell why.
    private static func waiting(
        _ reasons: Recorder<CancellationReason?>, started: Recorder<Void> = Recorder()
    ) -> EchoService {
        EchoService(
            unary: { request, context in
                started.record(())
                await Gate.waitForCancellation()
                reasons.record(context.cancellation)
                return request
            },
            expand: { request, responses, context in
                started.record(())
                try await responses.write(request)
                await Gate.waitForCancellation()
                reasons.record(context.cancellation)
            },
            collect: { _, context in
                started.record(())
                await Gate.waitForCancellation()
                reasons.record(context.cancellation)
                return Buffer()
            },
            chat: { requests, _, context in
                started.record(())
                do {
                    for try await _ in requests {}
                } catch {
                    let code = (error as? RPCError)?.code
                    #expect(code == context.cancellation?.code)
                }
                reasons.record(context.cancellation)
            })
    }

    @Test("the client fails in time and the handler is cancelled, in every shape", arguments: CallWorld.Medium.allCases)
    func passes(medium: CallWorld.Medium) async throws {
        let reasons = Recorder<CancellationReason?>()
        let started = Recorder<Void>()
        try await CallWorld.with(medium, Self.waiting(reasons, started: started)) { world in
            let options = CallOptions.deadline(.milliseconds(200))
            let echo = world.echo
            let errors = [
                await rpcError { try await echo.unary(Buffer("x"), options) },
                await rpcError { for try await _ in try await echo.expand(Buffer("x"), options) {} },
                await rpcError { try await echo.collect(options) { _ in } },
                await rpcError { for try await _ in try await echo.chat(options).responses {} },
            ]
            for error in errors {
                #expect(error?.code == .deadlineExceeded)
            }
            await eventually { started.count > 0 && reasons.count == started.count }
            // The client's RST may be faster than the server's own clock.
            #expect(reasons.all.allSatisfy { $0 == .deadline || $0 == .client })
        }
    }

    @Test("a server whose client does not give up by itself ends the call", arguments: CallWorld.Medium.allCases)
    func serverSide(medium: CallWorld.Medium) async throws {
        let reasons = Recorder<CancellationReason?>()
        let left = Recorder<Duration>()
        var service = Self.waiting(reasons)
        service.unary = { request, context in
            left.record(context.deadline?.remaining ?? .zero)
            return request
        }
        try await CallWorld.with(medium, service) { world in
            _ = try await world.echo.unary(Buffer("x"), .deadline(.seconds(30)))
            let remaining = left.all.first ?? .zero
            #expect(remaining > .seconds(20) && remaining <= .seconds(30))
            _ = try await world.echo.unary(Buffer("x"))
            #expect(left.all.last == .zero)
        }
    }

    @Test("a deadline in the past fails the call without a server", arguments: CallWorld.Medium.allCases)
    func past(medium: CallWorld.Medium) async throws {
        let calls = Recorder<Void>()
        let service = EchoService(unary: { request, _ in
            calls.record(())
            return request
        })
        try await CallWorld.with(medium, service) { world in
            for timeout in [Duration.zero, .seconds(-1)] {
                let error = await rpcError { try await world.echo.unary(Buffer("x"), .deadline(timeout)) }
                #expect(error?.code == .deadlineExceeded)
            }
            _ = try await world.echo.unary(Buffer("x"))
            #expect(calls.count == 1)
        }
    }

    @Test("a deadline that never comes is no trap", arguments: CallWorld.Medium.allCases)
    func farAway(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            for timeout in [Duration.seconds(1 << 40), .seconds(Int64.max)] {
                let reply = try await world.echo.unary(Buffer("x"), .deadline(timeout))
                #expect(reply.text == "x")
            }
        }
    }

    @Test("the soonest of all deadlines holds", arguments: CallWorld.Medium.allCases)
    func soonest(medium: CallWorld.Medium) async throws {
        let left = Recorder<Duration>()
        let service = EchoService(unary: { request, context in
            left.record(context.deadline?.remaining ?? .zero)
            return request
        })
        try await CallWorld.with(medium, service, channel: .defaults(.deadline(.seconds(800)))) { world in
            let unary = world.echo.unary
            _ = try await unary(Buffer("x"))
            _ = try await unary(Buffer("x"), .deadline(.seconds(400)))
            _ = try await unary(Buffer("x"), .deadline(.seconds(400)).deadline(at: .after(.seconds(200))))
            try await withDeadline(.seconds(100)) { _ = try await unary(Buffer("x"), .deadline(.seconds(400))) }
            let bounds: [Duration] = [.seconds(800), .seconds(400), .seconds(200), .seconds(100)]
            for (remaining, bound) in zip(left.all, bounds) {
                #expect(remaining <= bound && remaining > bound - .seconds(60))
            }
            #expect(left.count == 4)
        }
    }
}
