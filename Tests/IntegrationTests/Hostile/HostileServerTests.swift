// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import Testing

@Suite("hostile and broken servers", .serialized, .timeLimit(.minutes(5)))
struct HostileServerTests {
    private typealias Script = RawServer.Script

    /// Runs `body` with a stub on a channel to a server that follows `script`, with later connections `later`.
    private func with(
        _ script: RawServer.Script, later: RawServer.Script? = nil, timeout: Duration = .seconds(20),
        _ body: (EchoClient, RawServer) async throws -> Void
    ) async throws {
        let server = try await RawServer { $0 == 0 ? script : later ?? script }
        let backoff = Backoff(
            initial: .milliseconds(10), maximum: .milliseconds(50), minimumConnectTimeout: timeout)
        let channel = try Channel(
            "ipv4:127.0.0.1:\(server.port)", security: .plaintext, options: ChannelOptions().backoff(backoff))
        let result: Result<Void, any Error>
        do { result = .success(try await body(EchoClient(channel), server)) } catch { result = .failure(error) }
        await channel.shutDown(grace: .zero)
        await server.close()
        try result.get()
    }

    @Test(
        "a server that does not speak HTTP/2 fails the call with a reason",
        arguments: [
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [UInt8](repeating: 0, count: 100),
            Frames.frame(type: 4, stream: 1), Frames.goAway(last: 0) + Frames.settings,
        ])
    func garbage(greeting: [UInt8]) async throws {
        try await with(Script(greeting: greeting, requests: 0)) { echo, server in
            let error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.seconds(10))) }
            #expect(error?.code == .unavailable, "\(error?.message ?? "")")
            #expect(error?.message.contains("127.0.0.1:\(server.port)") == true, "\(error?.message ?? "")")
        }
    }

    @Test("a server that never says SETTINGS is given up in time")
    func silent() async throws {
        try await with(Script(requests: 1000, ending: .open), timeout: .milliseconds(100)) { echo, server in
            let error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.seconds(10))) }
            #expect(error?.code == .unavailable)
            #expect(
                error?.message.contains("no SETTINGS frame within 100 ms") == true, "\(error?.message ?? "")")
        }
    }

    @Test("calls that were not written when the connection is lost go elsewhere, the others fail")
    func lost() async throws {
        // Two streams are allowed; both requests come, then the connection goes. The second connection answers.
        let settings = Frames.setting(3, 2)
        let first = Script(greeting: settings, requests: 2)
        try await with(first, later: Script(greeting: settings, requests: 1000)) { echo, server in
            let calls = (0..<20).map { _ in Task { try await echo.unary(Buffer("x"), .deadline(.seconds(5))) } }
            var codes: [StatusCode: Int] = [:]
            for call in calls {
                let error = await rpcError { try await call.value }
                if let code = error?.code { codes[code, default: 0] += 1 }
            }
            #expect(codes == [.unavailable: 2, .deadlineExceeded: 18])
            #expect(server.connections == 2)
        }
    }

    @Test("a call refused together with GOAWAY goes elsewhere once")
    func refused() async throws {
        let answer = Frames.reset(1, code: 7) + Frames.goAway(last: 0)
        try await with(Script(greeting: Frames.settings, answer: answer, ending: .open)) { echo, server in
            let error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.seconds(10))) }
            #expect(error?.code == .unavailable)
            #expect(error?.attempts.filter { $0.fate == .refused }.count == 2)
            #expect(server.connections == 2)
        }
    }

    @Test("a call that a server refused goes to another one")
    func elsewhere() async throws {
        let refusing = try await RawServer { _ in .init(greeting: Frames.settings) { Frames.reset($0, code: 7) } }
        let sound = try await RawServer { _ in .init(greeting: Frames.settings) { Frames.reply($0) } }
        let endpoints = EndpointList([refusing, sound].map { Endpoint(.ipv4("127.0.0.1", port: $0.port)) })
        let options = ChannelOptions.loadBalancing(.random).endpoints(endpoints, as: "two")
        let channel = try Channel("static:///two", security: .plaintext, options: options)
        let echo = EchoClient(channel)
        // Both are connected then.
        await eventually { (try? await echo.unary.response(Buffer("x")).attempts.count) == 2 }
        for _ in 0..<60 {
            let reply = try await echo.unary(Buffer("x"), .deadline(.seconds(20)))
            #expect(reply.text == "A")
        }
        await channel.shutDown(grace: .zero)
        for server in [refusing, sound] { await server.close() }
    }

    @Test("a call above the last stream of GOAWAY goes elsewhere, with what a stream has written")
    func replay() async throws {
        try await with(Script(greeting: Frames.settings, answer: Frames.goAway(last: 0), ending: .open)) {
            echo, server in
            let error = await rpcError {
                try await echo.collect(.deadline(.seconds(10))) { requests in
                    while true {
                        try await requests.write(Buffer(count: 1000))
                        await pause()
                    }
                }
            }
            #expect(error?.code == .unavailable)
            #expect(error?.attempts.count == 2)
        }
    }

    @Test("a server that closes every connection at once does not stop the channel from shutting down")
    func flapping() async throws {
        try await with(Script(greeting: Frames.settings, requests: 0)) { echo, server in
            _ = await rpcError { try await echo.unary(Buffer("x"), .waitForReady.deadline(.milliseconds(200))) }
            await eventually { server.connections > 0 }
            #expect(server.connections < 200)
        }
    }
}
