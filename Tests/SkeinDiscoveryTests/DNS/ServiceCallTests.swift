// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein
import Testing

@Suite("calls over dns+srv: targets", .timeLimit(.minutes(5)))
struct ServiceCallTests {
    private struct Greeter: Helloworld_Greeter.Service {
        let name: String

        func sayHello(
            _ request: Helloworld_HelloRequest, context: ServerContext
        ) async throws -> Helloworld_HelloReply {
            Helloworld_HelloReply(message: name)
        }
    }

    private func serve(_ name: String) async throws -> (server: Server, port: Int) {
        let server = Server(
            .tcp("127.0.0.1", port: 0), security: .plaintext, services: [Greeter(name: name)],
            options: ServerOptions().eventLoops(1))
        Task { try await server.run() }
        return (server, try await server.addresses()[0].port ?? 0)
    }

    @Test("servers come and go by their records, and no call fails, not even without a name server")
    func records() async throws {
        let (a, b) = (try await serve("a"), try await serve("b"))
        let bind = try await BindServer(["_grpc._tcp.greeter IN SRV 0 1 \(a.port) here", "here IN A 127.0.0.1"])
        let load = try Load(bind.target("greeter.test", scheme: "dns+srv"))
        try await until { load.takeAnswers()["a"] != nil }
        try await bind.update(["add _grpc._tcp.greeter.test 5 SRV 0 1 \(b.port) here.test"])
        try await until { Set(load.takeAnswers().keys) == ["a", "b"] }
        try await bind.update(["delete _grpc._tcp.greeter.test SRV 0 1 \(a.port) here.test"])
        try await until { Set(load.takeAnswers().keys) == ["b"] }
        let followed = try FollowedTarget(bind.target("greeter.test", scheme: "dns+srv"))
        try await until { followed.resolution != nil }
        await bind.kill()
        try await until { followed.failures.count >= 2 }
        try await until { load.takeAnswers()["b"] != nil }
        let failures = load.takeFailures()
        #expect(failures.isEmpty, "\(failures.prefix(3))")
        a.server.shutDown()
        b.server.shutDown()
        bind.stop()
    }
}
