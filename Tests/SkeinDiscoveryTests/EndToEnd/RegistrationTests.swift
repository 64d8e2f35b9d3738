// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein
import SkeinDiscovery
import SkeinServices
import Synchronization
import TestSupport
import Testing

@Suite("a server and where it is registered", .timeLimit(.minutes(4)))
struct RegistrationTests {
    /// Writes down what happens to a server, and when.
    private final class Diary: ServerHook {
        private let entries = Mutex<[(name: String, time: ContinuousClock.Instant)]>([])

        func note(_ name: String) { entries.withLock { $0.append((name, .now)) } }

        var names: [String] { entries.withLock { $0.map { $0.name } } }

        func time(of name: String) -> ContinuousClock.Instant? {
            entries.withLock { entries in entries.first { $0.name == name }?.time }
        }

        func willGoAway() async { note("goes away") }
    }

    /// Answers at once, but for a call named `long`: when nobody is taken any more.
    private struct Greeter: Helloworld_Greeter.Service {
        let diary: Diary
        let port: Int

        func sayHello(
            _ request: Helloworld_HelloRequest, context: ServerContext
        ) async throws -> Helloworld_HelloReply {
            guard request.name == "long" else { return Helloworld_HelloReply() }
            diary.note("begins")
            try await until("the server goes on to take connections", within: .seconds(60)) {
                guard diary.names.contains("goes away") else { return false }
                return await !LocalServer.takesConnections(port)
            }
            return Helloworld_HelloReply()
        }
    }

    @Test("shutting down it says so, is deregistered, serves on, then goes away; calls that run finish")
    func order() async throws {
        let (name, diary) = ("h" + String(UInt64.random(in: 0 ... .max), radix: 36), Diary())
        let store = MemoryRegistry.Store.named(name)
        // Nobody else listens there later.
        let port = try LocalPort.reserve()
        store.beforeDeregistration {
            // Whoever asks has been told before.
            let channel = try? Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
            let check = channel.map { UnaryMethod(Grpc_Health_V1_Health.Methods.check, on: $0) }
            let status = try? await check?(.init()).status
            if status == .notServing { diary.note("not serving") }
            await channel?.shutDown(grace: .zero)
            diary.note("deregistered")
        }
        let propagation = Duration.seconds(5)
        let registration = try Registration(
            in: "memory://\(name)", service: "greeter",
            options: RegistrationOptions().with { ($0.advertise, $0.propagation) = ("10.9.9.9:99", propagation) },
            catalog: RegistryCatalog(MemoryRegistry.self))
        let server = Server(
            .tcp("127.0.0.1", port: port), security: .plaintext,
            services: [Greeter(diary: diary, port: port), HealthService()], options: .hook(registration).hook(diary))
        let running = Task { try await server.run() }
        _ = try await server.addresses()
        try await until { store.holds("greeter") }

        let channel = try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
        let call = Task {
            _ = try await Helloworld_Greeter.Client(channel).sayHello(.init(name: "long"), .deadline(.seconds(90)))
            diary.note("finishes")
        }
        try await until { diary.names.contains("begins") }
        server.shutDown()
        try await until { diary.names.contains("deregistered") }
        #expect(!store.holds("greeter"))
        let late = try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
        _ = try await Helloworld_Greeter.Client(late).sayHello(.init(name: "short"), .deadline(.seconds(10)))
        diary.note("serves on")

        try await call.value
        try await running.value
        #expect(diary.names == ["begins", "not serving", "deregistered", "serves on", "goes away", "finishes"])
        let (told, gone) = (try #require(diary.time(of: "deregistered")), try #require(diary.time(of: "goes away")))
        #expect(gone - told >= propagation)
        for channel in [channel, late] { await channel.shutDown(grace: .zero) }
    }

    /// Waits until the registries name so many servers; `nil`: until one does not answer.
    private func expect(_ places: [RegistryPlace], toName counts: [Int?]) async throws {
        try await until("they never named \(counts)", within: .seconds(60)) {
            var found: [Int?] = []
            for place in places { found.append(try await place.count(of: "greeter")) }
            return found == counts
        }
    }

    @Test("a server is in two registries, and leaves both; one that is down keeps it neither from nor in the other")
    func twoRegistries() async throws {
        let places = [try await RegistryPlace(.embedded), try await RegistryPlace(.redis)]
        let first = try await LocalGreeter("a", in: places.map(\.location))
        try await expect(places, toName: [1, 1])
        try await first.stop()
        try await expect(places, toName: [0, 0])

        try await places[1].stop()
        let second = try await LocalGreeter("b", in: places.map(\.location))
        try await expect(places, toName: [1, nil])
        try await places[1].start()
        try await expect(places, toName: [1, 1])
        try await places[0].stop()
        try await second.stop()
        try await expect(places, toName: [nil, 0])
        try await places[1].stop()
    }
}
