// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("the life of a server", .serialized, .timeLimit(.minutes(5)))
struct ServerLifeTests {
    private func configurationError(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as ConfigurationError {
            return "\(error)"
        } catch {
            Issue.record("expected a ConfigurationError, got \(error)")
            return nil
        }
    }

    @Test("one server listens on several addresses and reports the real ports")
    func severalAddresses() async throws {
        let path = CallWorld.nextSocketPath()
        let server = try await SocketServer(
            Server(
                .tcp("127.0.0.1", port: 0), .tcp("::1", port: 0), .unix(path: path), security: .plaintext,
                services: [EchoService()]))
        #expect(server.addresses.count == 3)
        #expect(server.addresses.prefix(2).allSatisfy { ($0.port ?? 0) > 0 })
        #expect(server.addresses[2] == .unix(path: path))
        for (scheme, address) in zip(["ipv4:", "ipv6:", ""], server.addresses) {
            let channel = try Channel("\(scheme)\(address)", security: .plaintext)
            #expect(try await EchoClient(channel).unary(Buffer("x")).text == "x")
            await channel.shutDown()
        }
        server.shutDown()
        try await server.finished()
    }

    @Test("an address in use is an error that names it, and nothing else stays bound")
    func addressInUse() async throws {
        let first = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .init())
        let port = first.address.port ?? 0
        let second = Server(
            .tcp("127.0.0.1", port: 0), .tcp("127.0.0.1", port: port), security: .plaintext, services: [EchoService()])
        let message = await configurationError { try await second.run() }
        #expect(message == "listen on 127.0.0.1:\(port): address already in use")
        let same = await configurationError { _ = try await second.addresses() }
        #expect(same == message)
        first.shutDown()
        try await first.finished()
    }

    @Test("a server without an address, or with a method twice, or run twice, says so")
    func misuse() async throws {
        let nowhere = await configurationError {
            try await Server(security: .plaintext, services: [EchoService()]).run()
        }
        #expect(nowhere?.contains("address") == true)
        let twice = await configurationError {
            try await Server(
                .tcp("127.0.0.1", port: 0), security: .plaintext, services: [EchoService(), EchoService()]
            ).run()
        }
        #expect(twice?.contains("/test.Echo/") == true)
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .init())
        #expect(await configurationError { try await server.server.run() } != nil)
        server.shutDown()
        try await server.finished()
    }

    @Test("run returns when its task is cancelled, and at once when it was shut down before")
    func stops() async throws {
        let server = Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [EchoService()])
        let running = Task { try await server.run() }
        _ = try await server.addresses()
        running.cancel()
        try await running.value

        let early = Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [EchoService()])
        early.shutDown()
        try await early.run()
    }

    @Test(
        "a handler that ignores its cancellation outlives the server without harm",
        arguments: [HandlerExecution.adaptive, .eventLoop])
    func stubborn(execution: HandlerExecution) async throws {
        let release = Gate()
        let returned = Gate()
        let started = Gate()
        let service = EchoService(unary: { request, _ in
            started.open()
            await Task { try? await release.wait() }.value
            returned.open()
            return request
        })
        let options = ServerOptions.handlers(execution).eventLoops(1).grace(.milliseconds(10))
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [service], options)
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext)
        let call = Task { try await EchoClient(channel).unary(Buffer("x")) }
        try await started.wait()
        server.shutDown()
        try await server.finished()
        _ = await rpcError { try await call.value }
        release.open()
        try await returned.wait()
        await channel.shutDown(grace: .zero)
    }
}
