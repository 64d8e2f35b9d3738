// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import TestSupport
import Testing

@Suite("servers that drain", .serialized, .timeLimit(.minutes(5)))
struct DrainTests {
    @Test("calls that run finish, new ones go elsewhere, and the server stops", arguments: CallWorld.Medium.allCases)
    func graceful(medium: CallWorld.Medium) async throws {
        let started = Gate()
        let release = Gate()
        let service = EchoService(unary: { _, _ in
            started.open()
            try await release.wait()
            return Buffer("first")
        })
        try await CallWorld.with(medium, service) { world in
            let running = Task { try await world.echo.unary(Buffer("x")) }
            try await started.wait()
            let second = EchoService(unary: { _, _ in Buffer("second") })
            let other = try await CallWorld.start(medium, [second], in: world.network)
            world.endpoints.update([Endpoint(world.server.address), Endpoint(other.address)])
            world.server.shutDown()
            // The first answers are still the old server's until it has told the client.
            await eventually {
                let reply = try? await world.echo.unary(Buffer("y"), .deadline(.milliseconds(200)).waitForReady)
                return reply?.text == "second"
            }
            release.open()
            #expect(try await running.value.text == "first")
            try await world.server.finished()
            for _ in 0..<20 { #expect(try await world.echo.unary(Buffer("z")).text == "second") }
            await world.channel.shutDown(grace: .zero)
            other.shutDown()
            try await other.finished()
        }
    }

    @Test(
        "after the grace, calls that still run are cancelled for shutdown, and their callers are told why",
        arguments: CallWorld.Medium.allCases)
    func graceOver(medium: CallWorld.Medium) async throws {
        let reasons = Recorder<CancellationReason?>()
        let started = Gate()
        let service = EchoService(unary: { request, context in
            started.open()
            await Gate.waitForCancellation()
            reasons.record(context.cancellation)
            return request
        })
        try await CallWorld.with(medium, service, server: .grace(.milliseconds(50))) { world in
            let running = Task { try await world.echo.unary(Buffer("x")) }
            try await started.wait()
            world.server.shutDown()
            if medium == .memory { world.server.endGrace() }
            let error = await rpcError { try await running.value }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("the server closes the connection") == true)
            try await world.server.finished()
            await eventually { reasons.all == [.shutdown] }
        }
    }

    @Test("a large answer that is on its way when the server stops arrives", arguments: CallWorld.Medium.allCases)
    func largeAnswer(medium: CallWorld.Medium) async throws {
        for _ in 0..<5 {
            let started = Gate()
            let answer = Buffer(count: 3 << 20, seed: 5)
            let service = EchoService(expand: { _, responses, _ in
                started.open()
                for _ in 0..<3 { try await responses.write(answer) }
            })
            try await CallWorld.with(medium, service) { world in
                let responses = try await world.echo.expand(Buffer("x"))
                try await started.wait()
                world.server.shutDown()
                var count = 0
                for try await response in responses {
                    #expect(response.isSame(as: answer))
                    count += 1
                }
                #expect(count == 3)
            }
        }
    }

    @Test("under full load, servers that restart in turn lose no call")
    func restarts() async throws {
        let served = (0..<3).map { _ in Recorder<Void>() }
        func start(_ index: Int, port: Int) async throws -> SocketServer {
            let service = EchoService(unary: { request, _ in
                served[index].record(())
                return request
            })
            return try await SocketServer(.tcp("127.0.0.1", port: port), [service], .init())
        }
        var servers: [SocketServer] = []
        for index in 0..<3 { servers.append(try await start(index, port: LocalPort.reserve())) }
        let endpoints = EndpointList(servers.map { Endpoint($0.address) })
        let options = ChannelOptions.loadBalancing(.roundRobin).endpoints(endpoints, as: "world")
            .backoff(Backoff(initial: .milliseconds(10), maximum: .milliseconds(50)))
        let channel = try Channel("static:///world", security: .plaintext, options: options)
        let echo = EchoClient(channel)
        let stop = Gate()
        let made = Recorder<Void>()
        let failures = Recorder<String>()
        let load = Task {
            try await concurrently(16) { worker in
                while !stop.isOpen, failures.count == 0 {
                    if let failure = await failure(of: echo, streams: !worker.isMultiple(of: 2)) {
                        failures.record(failure)
                    }
                    made.record(())
                }
            }
        }
        await eventually { served.allSatisfy { $0.count > 50 } }
        for round in 0..<9 where failures.count == 0 {
            let index = round % 3
            servers[index].shutDown()
            try await servers[index].finished()
            servers[index] = try await start(index, port: servers[index].address.port ?? 0)
            let before = served[index].count
            await eventually { served[index].count > before + 50 || failures.count > 0 }
        }
        stop.open()
        try await load.value
        #expect(failures.all == [])
        #expect(made.count > 1000)
        await channel.shutDown(grace: .zero)
        for server in servers {
            server.shutDown()
            try await server.finished()
        }
    }

    /// What went wrong with one call, if anything.
    private func failure(of echo: EchoClient, streams: Bool) async -> String? {
        do throws(RPCError) {
            let isWhole = try await streams ? streamed(echo) : single(echo)
            return isWhole ? nil : "a message was lost"
        } catch {
            return error.debugDescription
        }
    }

    private func single(_ echo: EchoClient) async throws(RPCError) -> Bool {
        try await echo.unary(Buffer("x"), .deadline(.seconds(20))).text == "x"
    }

    private func streamed(_ echo: EchoClient) async throws(RPCError) -> Bool {
        let joined = try await echo.collect(.deadline(.seconds(20))) { requests in
            for index in 0..<5 { try await requests.write(Buffer("\(index)")) }
        }
        return joined.text == "01234"
    }

    @Test("a client that reads slowly gets the whole answer before the connection closes")
    func slowClient() async throws {
        let started = Gate()
        let service = EchoService(unary: { _, _ in
            started.open()
            return Buffer(count: 24 << 20)
        })
        try await CallWorld.with(.tcp, service) { world in
            let peer = try await RawPeer(port: world.server.address.port ?? 0, readsByItself: false)
            let window = Frames.setting(4, 0x7fff_ffff) + Frames.windowUpdate(0x7000_0000)
            await peer.send(
                Frames.preface + window + Frames.request(1) + Frames.data(1, [0, 0, 0, 0, 1, 65], end: true))
            try await started.wait()
            world.server.shutDown()
            // The server waits a second for the answer to its PING, which this peer does not give.
            for _ in 0..<1200 { await pause() }
            while !peer.isClosed {
                peer.readOnce()
                await pause()
            }
            #expect(peer.bytes.count > 24 << 20)
            #expect(peer.frames.contains { $0.type == 1 && $0.stream == 1 && $0.flags & 1 == 1 })
        }
    }
}
