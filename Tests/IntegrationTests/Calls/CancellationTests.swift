// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("cancelled calls", .serialized, .timeLimit(.minutes(5)))
struct CancellationTests {
    private struct Observed: Sendable {
        let started = Recorder<Void>()
        let reasons = Recorder<CancellationReason?>()

        /// Handlers that run until they are cancelled.
        var service: EchoService {
            EchoService(
                unary: { request, context in
                    started.record(())
                    await Gate.waitForCancellation()
                    reasons.record(context.cancellation)
                    return request
                },
                expand: { request, responses, context in
                    started.record(())
                    do {
                        while true { try await responses.write(Buffer(count: 20_000)) }
                    } catch {
                        reasons.record(context.cancellation)
                        throw error
                    }
                },
                collect: { requests, context in
                    started.record(())
                    await Gate.waitForCancellation()
                    reasons.record(context.cancellation)
                    return Buffer()
                },
                chat: { requests, responses, context in
                    started.record(())
                    do {
                        for try await request in requests { try await responses.write(request) }
                    } catch {
                        reasons.record(context.cancellation)
                        throw error
                    }
                })
        }
    }

    private func expectCancelled(_ task: Task<some Sendable, any Error>) async {
        let error = await rpcError { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.origin == .local)
    }

    @Test("cancelling the task of a unary call cancels its handler", arguments: CallWorld.Medium.allCases)
    func unary(medium: CallWorld.Medium) async throws {
        let observed = Observed()
        try await CallWorld.with(medium, observed.service) { world in
            let task = Task { try await world.echo.unary(Buffer("x")) }
            await eventually { observed.started.count == 1 }
            task.cancel()
            await expectCancelled(task)
            await eventually { observed.reasons.all == [.client] }
        }
    }

    @Test("a task that is cancelled before it calls does not call", arguments: CallWorld.Medium.allCases)
    func beforehand(medium: CallWorld.Medium) async throws {
        let observed = Observed()
        try await CallWorld.with(medium, observed.service) { world in
            let gate = Gate()
            let task = Task {
                try? await gate.wait()
                return try await world.echo.unary(Buffer("x"))
            }
            task.cancel()
            await expectCancelled(task)
            let stream = Task {
                await Gate.waitForCancellation()
                return try await world.echo.expand(Buffer("x"))
            }
            stream.cancel()
            await expectCancelled(stream)
            #expect(observed.started.count == 0)
        }
    }

    @Test("cancelling a task that reads, writes or waits for the response", arguments: CallWorld.Medium.allCases)
    func streams(medium: CallWorld.Medium) async throws {
        let observed = Observed()
        try await CallWorld.with(medium, observed.service) { world in
            let echo = world.echo
            let reading = Task { for try await _ in try await echo.chat().responses {} }
            let writing = Task {
                try await echo.collect { requests in
                    while true { try await requests.write(Buffer(count: 10_000)) }
                }
            }
            let waiting = Task { try await echo.collect { _ in } }
            await eventually { observed.started.count == 3 }
            for task in [reading] {
                task.cancel()
                await expectCancelled(task)
            }
            for task in [writing, waiting] {
                task.cancel()
                await expectCancelled(task)
            }
            await eventually { observed.reasons.all == [.client, .client, .client] }
        }
    }

    @Test(
        "leaving a loop, dropping a stream and cancelling it by hand all cancel", arguments: CallWorld.Medium.allCases)
    func dropped(medium: CallWorld.Medium) async throws {
        let observed = Observed()
        try await CallWorld.with(medium, observed.service) { world in
            for try await message in try await world.echo.expand(Buffer("x")) {
                #expect(message.count == 20_000)
                break
            }
            await eventually { observed.reasons.count == 1 }
            do {
                let call = try await world.echo.chat()
                try await call.requests.write(Buffer("x"))
                await eventually { observed.started.count == 2 }
            }
            await eventually { observed.reasons.count == 2 }
            let responses = try await world.echo.expand(Buffer("x"))
            await eventually { observed.started.count == 3 }
            responses.cancel()
            let error = await rpcError { for try await _ in responses {} }
            #expect(error?.code == .cancelled)
            await eventually { observed.reasons.count == 3 }
            #expect(observed.reasons.all.allSatisfy { $0 == .client })
        }
    }

    @Test("a cancelled call leaves room for others", arguments: CallWorld.Medium.allCases)
    func reuse(medium: CallWorld.Medium) async throws {
        let observed = Observed()
        var service = observed.service
        service.expand = { request, responses, _ in for _ in 0..<3 { try await responses.write(request) } }
        var options = ServerOptions()
        options.maxConcurrentStreams = 2
        try await CallWorld.with(medium, service, server: options) { world in
            for _ in 0..<20 {
                let before = observed.started.count
                let task = Task { try await world.echo.unary(Buffer("x")) }
                await eventually { observed.started.count > before }
                task.cancel()
                await expectCancelled(task)
            }
            var count = 0
            for try await _ in try await world.echo.expand(Buffer("x")) { count += 1 }
            #expect(count == 3)
        }
    }

    @Test("a writer that throws cancels the call with its error", arguments: CallWorld.Medium.allCases)
    func writerThrows(medium: CallWorld.Medium) async throws {
        struct Own: Error {}
        let observed = Observed()
        try await CallWorld.with(medium, observed.service) { world in
            let error = await rpcError {
                try await world.echo.collect { requests in
                    try await requests.write(Buffer("x"))
                    await eventually { observed.started.count == 1 }
                    throw Own()
                }
            }
            #expect(error?.cause is Own)
            await eventually { observed.reasons.all == [.client] }
        }
    }

    @Test("a handler may cancel a task of its own that reads, and answer", arguments: CallWorld.Medium.allCases)
    func handlerCancelsReader(medium: CallWorld.Medium) async throws {
        let service = EchoService(chat: { requests, responses, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let first = Gate()
                group.addTask {
                    for try await _ in requests { first.open() }
                }
                try await first.wait()
                group.cancelAll()
            }
            try await responses.write(Buffer("answer"))
        })
        try await CallWorld.with(medium, service) { world in
            let call = try await world.echo.chat()
            try await call.requests.write(Buffer("x"))
            var seen: [String] = []
            for try await response in call.responses { seen.append(response.text) }
            #expect(seen == ["answer"])
        }
    }
}
