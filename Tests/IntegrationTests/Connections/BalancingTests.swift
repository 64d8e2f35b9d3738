// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import Testing

@Suite("calls over several servers", .serialized, .timeLimit(.minutes(5)))
struct BalancingTests {
    private struct Servers {
        let network = MemoryNetwork()
        var all: [any RunningServer] = []
        let endpoints = EndpointList([])

        /// Three servers that answer with their number.
        init(_ medium: CallWorld.Medium, _ expand: Gate? = nil) async throws {
            for number in 0..<3 {
                var service = EchoService(unary: { _, _ in Buffer("\(number)") })
                if let expand {
                    service.expand = { _, responses, _ in
                        try await responses.write(Buffer("\(number)"))
                        try await expand.wait()
                        try await responses.write(Buffer("end"))
                    }
                }
                all.append(try await CallWorld.start(medium, [service], in: network))
            }
            endpoints.update(all.map { Endpoint($0.address) })
        }

        func channel(_ medium: CallWorld.Medium, _ options: ChannelOptions = .loadBalancing(.roundRobin)) throws
            -> Channel
        {
            try CallWorld.makeChannel(medium, endpoints, options, network)
        }

        func stop() async throws {
            for server in all {
                server.shutDown()
                server.endGrace()
                try await server.finished()
            }
        }
    }

    /// Calls until each of `count` servers has answered.
    private func warmUp(_ echo: EchoClient, _ count: Int) async throws {
        var seen: Set<String> = []
        for _ in 0..<1000 where seen.count < count {
            seen.insert(try await echo.unary(Buffer("x"), .waitForReady).text)
            await pause()
        }
        #expect(seen.count == count)
    }

    private func counts(_ echo: EchoClient, _ calls: Int) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<calls { counts[try await echo.unary(Buffer("x")).text, default: 0] += 1 }
        return counts
    }

    @Test("round robin is fair", arguments: CallWorld.Medium.allCases)
    func fair(medium: CallWorld.Medium) async throws {
        let servers = try await Servers(medium)
        let channel = try servers.channel(medium)
        let echo = EchoClient(channel)
        try await warmUp(echo, 3)
        let counts = try await counts(echo, 300)
        #expect(counts.count == 3)
        // Each thread has a cursor of its own, and calls start on several.
        #expect((counts.values.max() ?? 0) - (counts.values.min() ?? 0) <= 8)
        await channel.shutDown(grace: .zero)
        try await servers.stop()
    }

    @Test(
        "an endpoint that is removed gets no new calls while its running call finishes",
        arguments: CallWorld.Medium.allCases)
    func removed(medium: CallWorld.Medium) async throws {
        let release = Gate()
        let servers = try await Servers(medium, release)
        let channel = try servers.channel(medium)
        let echo = EchoClient(channel)
        try await warmUp(echo, 3)
        var stream = try await echo.expand(Buffer("x")).makeAsyncIterator()
        let name = try await stream.next()?.text ?? ""
        let index = Int(name) ?? 0
        var rest = servers.all.map { Endpoint($0.address) }
        rest.remove(at: index)
        servers.endpoints.update(rest)
        try await eventually { try await counts(echo, 6)[name] == nil }
        #expect(try await counts(echo, 60)[name] == nil)
        release.open()
        #expect(try await stream.next()?.text == "end")
        #expect(try await stream.next() == nil)
        servers.endpoints.update(servers.all.map { Endpoint($0.address) })
        try await eventually { try await counts(echo, 9)[name] != nil }
        await channel.shutDown(grace: .zero)
        try await servers.stop()
    }

    @Test("a server that dies fails only calls that were on it", arguments: CallWorld.Medium.allCases)
    func killed(medium: CallWorld.Medium) async throws {
        let servers = try await Servers(medium)
        let channel = try servers.channel(medium)
        let echo = EchoClient(channel)
        try await warmUp(echo, 3)
        let failures = Recorder<RPCError>()
        let stop = Gate()
        let made = Recorder<Void>()
        let load = Task {
            try await concurrently(8) { _ in
                while !stop.isOpen {
                    do throws(RPCError) {
                        _ = try await echo.unary(Buffer("x"))
                        made.record(())
                    } catch {
                        failures.record(error)
                    }
                }
            }
        }
        await eventually { made.count > 100 }
        let victim = servers.all[1]
        victim.shutDown()
        victim.endGrace()
        try await victim.finished()
        let before = made.count
        await eventually { made.count > before + 300 }
        stop.open()
        try await load.value
        #expect(failures.count <= 8)
        for error in failures.all {
            #expect(error.attempts.last?.endpoint == Endpoint(victim.address).identity)
        }
        await channel.shutDown(grace: .zero)
        try await servers.stop()
    }

    @Test("pick first stays with one server and moves on when that stops", arguments: CallWorld.Medium.allCases)
    func pickFirst(medium: CallWorld.Medium) async throws {
        let servers = try await Servers(medium)
        let channel = try servers.channel(medium, .loadBalancing(.pickFirst))
        let echo = EchoClient(channel)
        #expect(try await counts(echo, 20) == ["0": 20])
        servers.all[0].shutDown()
        try await servers.all[0].finished()
        let after = try await counts(echo, 20)
        #expect(after.count == 1 && after["0"] == nil)
        await channel.shutDown(grace: .zero)
        try await servers.stop()
    }
}
