// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import Synchronization
import Testing

@Suite("calls made before the resolver's first answer", .timeLimit(.minutes(5)))
struct FirstAnswerTests {
    private typealias Step = Result<Resolution, RPCError>

    /// Answers and fails as a test tells it, by the target's path.
    private struct SteppedResolver: Resolver {
        static let schemes = ["stepped"]
        static let scripts = Mutex<[String: AsyncStream<Step>]>([:])
        let script: AsyncStream<Step>

        init(_ target: Target, _ context: ResolverContext) throws {
            script = try #require(SteppedResolver.scripts.withLock { $0[target.path] })
        }

        nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
            for await step in script { updates.publish(try step.get()) }
        }
    }

    /// A server that says whether a call has a deadline, and a channel to it whose resolver is told what to say.
    private final class World: Sendable {
        let server: SocketServer
        let channel: Channel
        private let steps: AsyncStream<Step>.Continuation

        var echo: EchoClient { EchoClient(channel) }

        init(_ options: ChannelOptions = .init()) async throws {
            let service = EchoService(unary: { _, context in Buffer(context.deadline == nil ? "none" : "some") })
            server = try await SocketServer(.tcp("127.0.0.1", port: 0), [service], .init())
            let (script, steps) = AsyncStream<Step>.makeStream()
            self.steps = steps
            let name = UUID().uuidString
            SteppedResolver.scripts.withLock { $0[name] = script }
            var options = options.resolver(SteppedResolver.self)
            options.backoff = Backoff(initial: .milliseconds(10), maximum: .milliseconds(10))
            channel = try Channel("stepped:///\(name)", security: .plaintext, options: options)
        }

        func answer(_ method: String, endpoints: Bool = true) throws {
            var resolution = Resolution(endpoints ? [Endpoint(server.address)] : [])
            let json = #"{"methodConfig": [{"name": [{}], \#(method)}]}"#
            resolution.serviceConfig = .success(try ServiceConfig(json: json))
            steps.yield(.success(resolution))
        }

        func fail() { steps.yield(.failure(RPCError(.unavailable, "resolve: nobody answers"))) }

        /// Until a call has woken the channel; then it waits.
        func untilCalled() async {
            await eventually { self.channel.state.description == "CONNECTING" }
            for _ in 0..<20 { await pause() }
        }

        func stop() async throws {
            await channel.shutDown(grace: .zero)
            server.shutDown()
            try await server.finished()
        }
    }

    @Test("get its limits and timeouts, whatever their shape")
    func limits() async throws {
        let world = try await World()
        let echo = world.echo
        let short = Task { try await echo.unary(Buffer("abc")).text }
        let long = Task { await rpcError { try await echo.unary(Buffer("abcdefghi")) } }
        let expand = Task { await rpcError { try await echo.expand(Buffer("abcdefghi")) } }
        let collect = Task { await rpcError { try await echo.collect { try await $0.write(Buffer("abcdefghi")) } } }
        await world.untilCalled()
        try world.answer(#""timeout": "30s", "maxRequestMessageBytes": 8"#)
        #expect(try await short.value == "some")
        for call in [long, expand, collect] {
            let error = await call.value
            #expect(error?.code == .resourceExhausted)
            #expect(error?.message.contains("the limit is 8") == true)
        }
        try await world.stop()
    }

    @Test("wait for ready if it says so")
    func waitForReady() async throws {
        let world = try await World()
        let echo = world.echo
        let call = Task { try await echo.unary(Buffer("abc")).text }
        await world.untilCalled()
        try world.answer(#""waitForReady": true"#, endpoints: false)
        await eventually { world.channel.state.isTransientFailure }
        try world.answer(#""waitForReady": true"#)
        #expect(try await call.value == "none")
        try await world.stop()
    }

    @Test("have the time that it gives them from when they were made")
    func timeout() async throws {
        let world = try await World()
        let echo = world.echo
        let call = Task { await rpcError { try await echo.unary(Buffer("abc"), .waitForReady) } }
        await world.untilCalled()
        try world.answer(#""timeout": "0.000001s""#, endpoints: false)
        #expect(await call.value?.code == .deadlineExceeded)
        try await world.stop()
    }

    @Test("fail when resolving does, and wait for an answer if they wait for ready")
    func failure() async throws {
        let world = try await World()
        let echo = world.echo
        let patient = Task { try await echo.unary(Buffer("abc"), .waitForReady).text }
        let call = Task { await rpcError { try await echo.unary(Buffer("abc")) } }
        await world.untilCalled()
        world.fail()
        let error = await call.value
        #expect(error?.code == .unavailable && error?.message == "resolve: nobody answers")
        let next = await rpcError { try await echo.unary(Buffer("abc")) }
        #expect(next?.message == "resolve: nobody answers")
        try world.answer(#""timeout": "30s""#)
        #expect(try await patient.value == "some")
        try await world.stop()
    }

    @Test("end at their deadline, when they are cancelled, and with the channel, and are told to observers")
    func ends() async throws {
        let ended = Recorder<StatusCode>()
        let world = try await World(.observers(EndRecorder(ended: ended)))
        let echo = world.echo
        let late = await rpcError { try await echo.unary(Buffer("abc"), .deadline(.milliseconds(400))) }
        #expect(late?.code == .deadlineExceeded)
        let calls = (0..<2).map { _ in Task { await rpcError { try await echo.unary(Buffer("abc"), .waitForReady) } } }
        await world.untilCalled()
        calls[0].cancel()
        #expect(await calls[0].value?.code == .cancelled)
        await world.channel.shutDown(grace: .zero)
        #expect(await calls[1].value?.code == .unavailable)
        #expect(ended.all == [.deadlineExceeded, .cancelled, .unavailable])
        try await world.stop()
    }

    @Test("end with the handler that they are made in")
    func nested() async throws {
        let world = try await World()
        let echo = world.echo
        let results = Recorder<StatusCode?>()
        let outer = EchoService(unary: { request, _ in
            let inner = Task { results.record(await rpcError { try await echo.unary(request, .waitForReady) }?.code) }
            await world.untilCalled()
            await Gate.waitForCancellation()
            await inner.value
            return request
        })
        try await CallWorld.with(.tcp, outer) { front in
            let call = Task { await rpcError { try await front.echo.unary(Buffer("x")) } }
            await eventually { world.channel.state.description == "CONNECTING" }
            call.cancel()
            _ = await call.value
            await eventually { results.count == 1 }
        }
        #expect(results.all == [.cancelled])
        try await world.stop()
    }
}

private struct EndRecorder: CallObserver {
    let ended: Recorder<StatusCode>

    func callEnded(_ call: CallID, _ summary: CallSummary) { ended.record(summary.status.code) }
}
