// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@testable import SkeinServices

@Suite("the health service", .timeLimit(.minutes(5)))
struct HealthServiceTests {
    typealias Messages = Grpc_Health_V1_Health.Methods
    typealias Status = HealthBoard.Status

    private func withHealth(_ body: (HealthService, Channel, SocketServer) async throws -> Void) async throws {
        let health = HealthService()
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService(), health], .init())
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext)
        try await body(health, channel, server)
        await channel.shutDown(grace: .zero)
        server.shutDown()
        try await server.finished()
        await eventually { health.watches.read { $0.watchCount } == 0 }
    }

    private func check(_ service: String, _ channel: Channel) async throws -> Status {
        try await UnaryMethod(Messages.check, on: channel)(.init(service: service)).status
    }

    private func expect(
        _ service: String, is status: Status, _ channel: Channel, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await check(service, channel)
        #expect(answer == status, sourceLocation: sourceLocation)
    }

    @Test("a listening server and its services serve, and code may say otherwise")
    func check() async throws {
        try await withHealth { health, channel, _ in
            for name in ["", "test.Echo", "grpc.health.v1.Health"] {
                try await expect(name, is: .serving, channel)
            }
            let error = await rpcError { try await check("no.Such", channel) }
            #expect(error?.code == .notFound)
            health.set("test.Echo", .notServing)
            health.set("no.Such", .serving)
            try await expect("test.Echo", is: .notServing, channel)
            try await expect("no.Such", is: .serving, channel)
            try await expect("", is: .serving, channel)
            #expect(health.isReady)
            health.set(.notServing)
            try await expect("", is: .notServing, channel)
            #expect(!health.isReady)
        }
    }

    @Test("all services are listed, and too many are refused")
    func list() async throws {
        try await withHealth { health, channel, _ in
            health.set("own.Service", .notServing)
            let list = UnaryMethod(Messages.list, on: channel)
            let statuses = try await list(.init()).statuses.mapValues(\.status)
            let serving = Dictionary(
                uniqueKeysWithValues: ["", "test.Echo", "grpc.health.v1.Health"].map { ($0, Status.serving) })
            #expect(statuses == serving.merging(["own.Service": .notServing]) { $1 })
            for index in 0..<100 { health.set("s\(index)", .serving) }
            #expect(await rpcError { try await list(.init()) }?.code == .resourceExhausted)
        }
    }

    @Test("a watch hears of each change that it is awake for, and a cancelled one leaves nothing behind")
    func watch() async throws {
        try await withHealth { health, channel, _ in
            let watch = ServerStreamingMethod(Messages.watch, on: channel)
            let stream = try await watch(.init(service: "no.Such"))
            var statuses = stream.makeAsyncIterator()
            #expect(try await statuses.next()?.status == .serviceUnknown)
            health.set("no.Such", .serving)
            #expect(try await statuses.next()?.status == .serving)
            health.set("no.Such", .notServing)
            #expect(try await statuses.next()?.status == .notServing)
            health.reset("no.Such")
            #expect(try await statuses.next()?.status == .serviceUnknown)
            #expect(health.watches.read { $0.watchCount } == 1)
        }
    }

    @Test("many watches hear the latest, however fast it changes")
    func manyWatches() async throws {
        try await withHealth { health, channel, _ in
            let count = 20
            async let watching: Void = concurrently(count) { _ in
                try await waitForUnknown(ServerStreamingMethod(Messages.watch, on: channel))
            }
            await eventually { health.watches.read { $0.watchCount } == count }
            for index in 0..<1000 { health.set("flip.Flop", index.isMultiple(of: 2) ? .serving : .notServing) }
            health.set("flip.Flop", .init(status: .unknown))
            try await watching
        }
    }

    private func waitForUnknown(
        _ watch: ServerStreamingMethod<Grpc_Health_V1_HealthCheckRequest, Grpc_Health_V1_HealthCheckResponse>
    ) async throws {
        for try await answer in try await watch(.init(service: "flip.Flop")) where answer.status == .unknown { return }
        Issue.record("the watch ended")
    }

    @Test("a watch of a name that no service has is refused when the name is long")
    func longName() async throws {
        try await withHealth { _, channel, _ in
            let watch = ServerStreamingMethod(Messages.watch, on: channel)
            let error = await rpcError {
                for try await _ in try await watch(.init(service: String(repeating: "x", count: 1025))) {}
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("a watch is told that the server does not serve, and then that it ends")
    func end() async throws {
        let health = HealthService()
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [health], .init())
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext)
        var statuses = try await ServerStreamingMethod(Messages.watch, on: channel)(.init()).makeAsyncIterator()
        #expect(try await statuses.next()?.status == .serving)
        server.shutDown()
        #expect(try await statuses.next()?.status == .notServing)
        let error = await rpcError { try await statuses.next() }
        #expect(error?.code == .unavailable)
        try await server.finished()
        await channel.shutDown(grace: .zero)
    }
}
