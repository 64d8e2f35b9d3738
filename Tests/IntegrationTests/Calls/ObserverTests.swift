// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import Testing

/// Writes down what it is told, without the numbers that vary.
private struct Watching: CallObserver {
    let events = Recorder<String>()
    let summaries = Recorder<CallSummary>()

    func callStarted(_ call: CallID, _ method: MethodDescriptor, target: String) {
        events.record("started \(method.name) \(target)")
    }
    func attemptStarted(_ call: CallID, _ method: MethodDescriptor, endpoint: Endpoint.Identity) {
        events.record("attempt")
    }
    func messageSent(_ call: CallID, _ method: MethodDescriptor, bytes: Int) { events.record("sent \(bytes)") }
    func messageReceived(_ call: CallID, _ method: MethodDescriptor, bytes: Int) { events.record("received \(bytes)") }
    func attemptEnded(_ call: CallID, _ method: MethodDescriptor, _ attempt: AttemptSummary) {
        events.record("attempt ended \(attempt.status.code)")
    }
    func callEnded(_ call: CallID, _ summary: CallSummary) {
        events.record("ended \(summary.status.code)")
        summaries.record(summary)
    }
}

@Suite("call observers", .serialized, .timeLimit(.minutes(5)))
struct ObserverTests {
    private func with(
        _ medium: CallWorld.Medium, _ service: EchoService = EchoService(),
        _ body: (CallWorld, Watching) async throws -> Void
    ) async throws {
        let watching = Watching()
        try await CallWorld.with(medium, service, channel: .observers(watching)) { try await body($0, watching) }
    }

    @Test("a unary call is told in order, once", arguments: CallWorld.Medium.allCases)
    func unary(medium: CallWorld.Medium) async throws {
        try await with(medium) { world, watching in
            _ = try await world.echo.unary(Buffer("hello"))
            await eventually { watching.summaries.count == 1 }
            #expect(
                watching.events.all == [
                    "started Unary static:///world", "attempt", "sent 5", "received 5",
                    "attempt ended \(StatusCode.ok)",
                    "ended \(StatusCode.ok)",
                ])
            let summary = watching.summaries.all[0]
            #expect(summary.sent == .init(messages: 1, bytes: 5))
            #expect(summary.received == .init(messages: 1, bytes: 5))
            #expect(summary.attempts.count == 1)
            #expect(summary.endpoint == world.endpoints.endpoints[0].identity)
        }
    }

    @Test("a server stream is told in order, once", arguments: CallWorld.Medium.allCases)
    func serverStream(medium: CallWorld.Medium) async throws {
        try await with(medium) { world, watching in
            for try await _ in try await world.echo.expand(Buffer("abc")) {}
            await eventually { watching.summaries.count == 1 }
            #expect(
                watching.events.all == [
                    "started Expand static:///world", "attempt", "sent 3", "received 3", "received 3", "received 3",
                    "attempt ended \(StatusCode.ok)", "ended \(StatusCode.ok)",
                ])
        }
    }

    @Test("a failed call is told in order, once", arguments: CallWorld.Medium.allCases)
    func failed(medium: CallWorld.Medium) async throws {
        let service = EchoService(unary: { _, _ in throw RPCError(.aborted, "no") })
        try await with(medium, service) { world, watching in
            _ = await rpcError { try await world.echo.unary(Buffer("abc")) }
            await eventually { watching.summaries.count == 1 }
            #expect(
                watching.events.all == [
                    "started Unary static:///world", "attempt", "sent 3", "attempt ended \(StatusCode.aborted)",
                    "ended \(StatusCode.aborted)",
                ])
        }
    }

    @Test("a cancelled call is told in order, once", arguments: CallWorld.Medium.allCases)
    func cancelled(medium: CallWorld.Medium) async throws {
        let started = Gate()
        let service = EchoService(unary: { request, _ in
            started.open()
            await Gate.waitForCancellation()
            return request
        })
        try await with(medium, service) { world, watching in
            let task = Task { try await world.echo.unary(Buffer("abc")) }
            try await started.wait()
            task.cancel()
            _ = await rpcError { try await task.value }
            await eventually { watching.summaries.count == 1 }
            #expect(
                watching.events.all == [
                    "started Unary static:///world", "attempt", "sent 3", "attempt ended \(StatusCode.cancelled)",
                    "ended \(StatusCode.cancelled)",
                ])
        }
    }

    @Test("a call that never reaches a server has no attempt", arguments: CallWorld.Medium.allCases)
    func notStarted(medium: CallWorld.Medium) async throws {
        try await with(medium) { world, watching in
            _ = try await world.echo.unary(Buffer("x"))
            let before = watching.events.count
            let task = Task {
                await Gate.waitForCancellation()
                return try await world.echo.unary(Buffer("x"))
            }
            task.cancel()
            _ = await rpcError { try await task.value }
            await eventually { watching.summaries.count == 2 }
            #expect(
                Array(watching.events.all[before...]) == [
                    "started Unary static:///world", "ended \(StatusCode.cancelled)",
                ])
        }
    }
}
