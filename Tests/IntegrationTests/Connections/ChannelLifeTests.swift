// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@Suite("the life of a channel", .serialized, .timeLimit(.minutes(5)))
struct ChannelLifeTests {
    /// The states of `channel`, from now to shutdown.
    private func watch(_ channel: Channel) -> (states: Recorder<String>, task: Task<Void, Never>) {
        let states = Recorder<String>()
        let sequence = channel.states
        return (states, Task { for await state in sequence { states.record("\(state)") } })
    }

    @Test(
        "a channel is lazy, then connecting, ready and, when it is shut down, at its end",
        arguments: CallWorld.Medium.allCases)
    func states(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            let (states, task) = watch(world.channel)
            await eventually { states.count == 1 }
            for _ in 0..<20 { await pause() }
            #expect(world.channel.state.description == "IDLE")
            _ = try await world.echo.unary(Buffer("x"))
            await world.channel.shutDown()
            await task.value
            #expect(states.all == ["IDLE", "CONNECTING", "READY", "SHUTDOWN"])
            let error = await rpcError { try await world.echo.unary(Buffer("x"), .waitForReady) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("shut down") == true)
            await world.channel.shutDown()
            let late = watch(world.channel)
            await late.task.value
            #expect(late.states.all == ["SHUTDOWN"])
        }
    }

    @Test("an unused channel goes idle and comes back with the next call", arguments: CallWorld.Medium.allCases)
    func idle(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium, channel: .idle(after: .milliseconds(80))) { world in
            for _ in 0..<3 {
                #expect(try await world.echo.unary(Buffer("x")).text == "x")
                await eventually { world.channel.state.description == "IDLE" }
            }
            _ = try await world.echo.unary(Buffer("x"))
        }
    }

    @Test("a channel with a call that runs does not go idle", arguments: CallWorld.Medium.allCases)
    func busy(medium: CallWorld.Medium) async throws {
        let release = Gate()
        let started = Gate()
        let service = EchoService(unary: { request, _ in
            started.open()
            try await release.wait()
            return request
        })
        try await CallWorld.with(medium, service, channel: .idle(after: .milliseconds(30))) { world in
            let call = Task { try await world.echo.unary(Buffer("x")) }
            try await started.wait()
            for _ in 0..<150 { await pause() }
            #expect(world.channel.state.isReady)
            release.open()
            _ = try await call.value
            await eventually { world.channel.state.description == "IDLE" }
        }
    }

    @Test("shutting down waits for calls that run, for the grace at most", arguments: CallWorld.Medium.allCases)
    func shutDown(medium: CallWorld.Medium) async throws {
        let release = Gate()
        let started = Recorder<Void>()
        let service = EchoService(unary: { request, _ in
            started.record(())
            try await release.wait()
            return request
        })
        try await CallWorld.with(medium, service) { world in
            let call = Task { try await world.echo.unary(Buffer("x")) }
            await eventually { started.count == 1 }
            let ended = Gate()
            let shutDown = Task {
                await world.channel.shutDown()
                ended.open()
            }
            await eventually { world.channel.state.description == "SHUTDOWN" }
            #expect(!ended.isOpen)
            release.open()
            let reply = try await call.value
            #expect(reply.text == "x")
            await shutDown.value
        }
        try await CallWorld.with(
            medium,
            EchoService(unary: { request, _ in
                started.record(())
                await Gate.waitForCancellation()
                return request
            })
        ) { world in
            let call = Task { try await world.echo.unary(Buffer("x")) }
            await eventually { started.count == 2 }
            await world.channel.shutDown(grace: .milliseconds(20))
            let error = await rpcError { try await call.value }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("a stream outlives the last mention of its channel", arguments: CallWorld.Medium.allCases)
    func droppedChannel(medium: CallWorld.Medium) async throws {
        let release = Gate()
        let service = EchoService(expand: { request, responses, _ in
            try await responses.write(request)
            try await release.wait()
            try await responses.write(request)
        })
        try await CallWorld.with(medium, service) { world in
            func open() async throws -> ResponseStream<Buffer> {
                let channel = try CallWorld.makeChannel(medium, world.endpoints, .init(), world.network)
                return try await EchoClient(channel).expand(Buffer("x"))
            }
            let responses = try await open()
            var count = 0
            for try await _ in responses {
                count += 1
                for _ in 0..<20 { await pause() }
                release.open()
            }
            #expect(count == 2)
        }
    }

    @Test("a call fails fast when nobody listens, and says who refused")
    func failFast() async throws {
        // Nobody else listens there later.
        let server = try await SocketServer(.tcp("127.0.0.1", port: LocalPort.reserve()), [EchoService()], .init())
        let address = server.address
        server.shutDown()
        try await server.finished()
        let channel = try Channel("ipv4:\(address)", security: .plaintext)
        let error = await rpcError { try await EchoClient(channel).unary(Buffer("x")) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("connect \(address): connection refused") == true, "\(error?.message ?? "")")
        #expect(channel.state.isTransientFailure)
        await channel.shutDown(grace: .zero)
    }

    @Test("a call fails fast when there is no Unix socket")
    func failFastUnix() async throws {
        let path = CallWorld.nextSocketPath()
        let channel = try Channel("unix:\(path)", security: .plaintext)
        let error = await rpcError { try await EchoClient(channel).unary(Buffer("x"), .deadline(.seconds(60))) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("connect unix:\(path): no such file") == true, "\(error?.message ?? "")")
        await channel.shutDown(grace: .zero)
    }

    @Test("a call that waits for ready waits for a server that starts later")
    func waitForReady() async throws {
        let path = CallWorld.nextSocketPath()
        let backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(50))
        let channel = try Channel("unix:\(path)", security: .plaintext, options: ChannelOptions().backoff(backoff))
        let call = Task { try await EchoClient(channel).unary(Buffer("x"), .waitForReady.deadline(.seconds(20))) }
        await eventually { channel.state.isTransientFailure }
        let server = try await SocketServer(.unix(path: path), [EchoService()], .init())
        #expect(try await call.value.text == "x")
        let impatient = await rpcError {
            try await EchoClient(Channel("unix:\(path)-no", security: .plaintext))
                .unary(Buffer("x"), .waitForReady.deadline(.milliseconds(60)))
        }
        #expect(impatient?.code == .deadlineExceeded)
        await channel.shutDown(grace: .zero)
        server.shutDown()
        try await server.finished()
    }

    #if os(Linux)
        @Test("shutting down does not wait for a host that does not answer")
        func connecting() async throws {
            let host = try SilentHost()
            defer { host.stop() }
            let channel = try Channel("ipv4:127.0.0.1:\(host.port)", security: .plaintext)
            let call = Task { try await EchoClient(channel).unary(Buffer("x")) }
            await eventually { channel.state.description == "CONNECTING" }
            for _ in 0..<20 { await pause() }
            let start = ContinuousClock.now
            await channel.shutDown(grace: .zero)
            #expect(ContinuousClock.now - start < .seconds(5))
            let error = await rpcError { try await call.value }
            #expect(error?.code == .unavailable)
        }
    #endif
}
