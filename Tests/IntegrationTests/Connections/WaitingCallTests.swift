// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import Testing

@Suite("calls that wait, and connections that go", .serialized, .timeLimit(.minutes(5)))
struct WaitingCallTests {
    @Test(
        "a call that waits for a free stream can be cancelled and run out of time", arguments: CallWorld.Medium.allCases
    )
    func pending(medium: CallWorld.Medium) async throws {
        let started = Recorder<Void>()
        let release = Gate()
        let service = EchoService(unary: { request, _ in
            started.record(())
            try await release.wait()
            return request
        })
        var options = ServerOptions()
        options.maxConcurrentStreams = 1
        try await CallWorld.with(medium, service, server: options) { world in
            let echo = world.echo
            let first = Task { try await echo.unary(Buffer("first")) }
            await eventually { started.count == 1 }
            let cancelled = Task { try await echo.unary(Buffer("x")) }
            let late = await rpcError { try await echo.unary(Buffer("x"), .deadline(.milliseconds(50))) }
            #expect(late?.code == .deadlineExceeded)
            cancelled.cancel()
            let error = await rpcError { try await cancelled.value }
            #expect(error?.code == .cancelled)
            let last = Task { try await echo.unary(Buffer("last")) }
            #expect(started.count == 1)
            release.open()
            let replies = try await [first.value.text, last.value.text]
            #expect(replies == ["first", "last"])
            #expect(started.count == 2)
        }
    }

    @Test("a call that waits for a picker can be cancelled and run out of time", arguments: CallWorld.Medium.allCases)
    func queued(medium: CallWorld.Medium) async throws {
        let nobody = EndpointList(Endpoint(.unix(path: "/nowhere/skein-test.sock")))
        let channel = try CallWorld.makeChannel(medium, nobody, .init(), MemoryNetwork())
        let echo = EchoClient(channel)
        let cancelled = Task { try await echo.unary(Buffer("x"), .waitForReady) }
        let stream = Task { try await echo.chat(.waitForReady) }
        let late = await rpcError { try await echo.unary(Buffer("x"), .waitForReady.deadline(.milliseconds(50))) }
        #expect(late?.code == .deadlineExceeded)
        #expect(late?.message.contains("static:///world") == true)
        cancelled.cancel()
        stream.cancel()
        let errors = [await rpcError { try await cancelled.value }, await rpcError { try await stream.value }]
        #expect(errors.map { $0?.code } == [.cancelled, .cancelled])
        let waiting = Task { try await echo.unary(Buffer("x"), .waitForReady) }
        await eventually { channel.state.isTransientFailure }
        await channel.shutDown(grace: .zero)
        let end = await rpcError { try await waiting.value }
        #expect(end?.code == .unavailable)
    }

    @Test("a lost connection fails its calls, cancels their handlers and is made anew")
    func lost() async throws {
        let reasons = Recorder<CancellationReason?>()
        let started = Recorder<Void>()
        let service = EchoService(unary: { request, context in
            guard request.text == "wait" else { return request }
            started.record(())
            await Gate.waitForCancellation()
            reasons.record(context.cancellation)
            return request
        })
        try await CallWorld.with(.memory, service) { world in
            let calls = (0..<10).map { _ in Task { try await world.echo.unary(Buffer("wait")) } }
            await eventually { started.count == 10 }
            (world.server as? MemoryServer)?.cutConnections()
            for call in calls {
                let error = await rpcError { try await call.value }
                #expect(error?.code == .unavailable)
                #expect(error?.message.contains("connection to unix:memory-") == true)
            }
            await eventually { reasons.count == 10 }
            #expect(reasons.all.allSatisfy { $0 == .connectionLost })
            for _ in 0..<10 {
                let reply = try await world.echo.unary(Buffer("again"))
                #expect(reply.text == "again")
            }
        }
    }
}
