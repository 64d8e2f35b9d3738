// SPDX-License-Identifier: Apache-2.0
import Testing

@Suite("calls over dns+srv: targets", .timeLimit(.minutes(5)))
struct ServiceCallTests {
    @Test("servers come and go by their records, and no call fails, not even without a name server")
    func records() async throws {
        let (a, b) = (try await LocalGreeter("a"), try await LocalGreeter("b"))
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
        for server in [a, b] { try await server.stop() }
        bind.stop()
    }
}
