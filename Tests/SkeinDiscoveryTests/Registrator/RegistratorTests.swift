// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("the registrator", .timeLimit(.minutes(4)))
struct RegistratorTests {
    private let catalog = RegistryCatalog(MemoryRegistry.self)
    private let place = "m\(UUID().uuidString.lowercased())"
    private let engine: DockerStandIn
    private let driver: EngineDriver

    init() async throws {
        engine = try await DockerStandIn()
        driver = EngineDriver(engine.socket)
    }

    private var store: MemoryRegistry.Store { .named(place) }

    private func start(_ change: (inout RegistratorOptions) -> Void = { _ in }) throws -> RunningRegistrator {
        try RunningRegistrator(engine.socket, "memory://\(place)", catalog: catalog, change)
    }

    private func settings(_ port: Int, _ environment: String...) -> EngineDriver.Settings {
        EngineDriver.Settings(environment: ["SERVICE_NAME=greeter"] + environment, ports: ["\(port)/tcp"])
    }

    private func end(_ registrator: RunningRegistrator) async {
        await registrator.end()
        await registrator.close()
        await driver.close()
        await engine.stop()
    }

    @Test("what runs already, what starts and what ends; at the end everything of its own is deregistered")
    func life() async throws {
        try await driver.run("a", settings(1, "SERVICE_TAGS=x,y", "SERVICE_ZONE=eu", "SERVICE_REGION=r"))
        let registrator = try start()
        try await registrator.until("greeter", ["10.0.0.7:1"])
        let instance = try #require(try await registrator.instances("greeter").first)
        #expect(instance.id == "box:a:1")
        #expect(instance.tags == ["x", "y"])
        #expect(instance.zone == "eu")
        #expect(instance.metadata == ["region": "r"])
        try await driver.run("b", settings(2))
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        try await driver.kill("a")
        try await registrator.until("greeter", ["10.0.0.7:2"])
        try await driver.start("a")
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        try await driver.remove("b")
        try await registrator.until("greeter", ["10.0.0.7:1"])
        await end(registrator)
        #expect(try await registrator.instances("greeter").isEmpty)
    }

    @Test("an engine that was restarted: what ended with it is removed, and the events go on from where they were")
    func restart() async throws {
        let registrator = try start()
        try await until { !engine.streams.isEmpty }
        try await driver.run("a", settings(1))
        try await driver.run("b", settings(2))
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        try await engine.restart()
        try await registrator.until("greeter", [])
        try await driver.start("b")
        try await registrator.until("greeter", ["10.0.0.7:2"])
        let streams = engine.streams
        #expect(streams.first == .some(nil))
        // The time of an event, and not of now.
        #expect(streams.last??.hasPrefix("17952313") == true, "\(streams)")
        await end(registrator)
    }

    @Test("what happens while the engine cannot be reached is seen afterwards; until then nothing is deregistered")
    func cut() async throws {
        let registrator = try start()
        try await driver.run("a", settings(1))
        try await driver.run("b", settings(2))
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        await engine.stop()
        engine.change("a") { state, index in state.end(index, code: 0) }
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await registrator.instances("greeter").count == 2)
        try await engine.start()
        try await registrator.until("greeter", ["10.0.0.7:2"])
        await end(registrator)
    }

    @Test("a registrator that starts before the engine waits for it")
    func early() async throws {
        await engine.stop()
        let registrator = try start()
        try await Task.sleep(for: .milliseconds(100))
        try await engine.start()
        try await driver.run("a", settings(1))
        try await registrator.until("greeter", ["10.0.0.7:1"])
        await end(registrator)
    }

    @Test("a container that is gone before it is looked at does no harm")
    func gone() async throws {
        let registrator = try start()
        try await driver.run("a", settings(1))
        try await registrator.until("greeter", ["10.0.0.7:1"])
        for number in 0..<20 {
            try await driver.run("short\(number)", settings(100 + number))
            engine.change("short\(number)") { state, index in
                state.end(index, code: 0)
                state.remove(index)
            }
        }
        try await driver.run("b", settings(2))
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        await end(registrator)
    }

    @Test(
        "garbage among the events ends the stream, and another one goes on",
        arguments: ["{\"Type\":\n", "\u{0}\n", "[[[[\n"])
    func garbage(text: String) async throws {
        let registrator = try start()
        try await driver.run("a", settings(1))
        try await registrator.until("greeter", ["10.0.0.7:1"])
        engine.send(garbage: text)
        try await until { engine.streams.count > 1 }
        try await driver.kill("a")
        try await registrator.until("greeter", [])
        await end(registrator)
    }

    @Test("an engine that answers with errors is asked again", arguments: ["json", "events", "version"])
    func errors(part: String) async throws {
        engine.fail([part])
        try await driver.run("a", settings(1))
        let registrator = try start()
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await registrator.instances("greeter").isEmpty)
        engine.fail([])
        try await registrator.until("greeter", ["10.0.0.7:1"])
        await end(registrator)
    }

    @Test("a change that no event told of is seen when all is looked at again")
    func resync() async throws {
        try await driver.run("a", settings(1))
        let registrator = try start { $0.resync = .milliseconds(100) }
        try await registrator.until("greeter", ["10.0.0.7:1"])
        // The stream of events fails from here on.
        engine.fail(["events"])
        engine.send(garbage: "{\n")
        try await driver.run("b", settings(2))
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        await end(registrator)
    }

    @Test("a container with a health check is registered while that passes")
    func health() async throws {
        var settings = settings(1)
        settings.hasHealthCheck = true
        let registrator = try start()
        try await driver.run("a", settings)
        try await driver.run("b", self.settings(2))
        try await registrator.until("greeter", ["10.0.0.7:2"])
        engine.change("a") { state, index in state.set(index, health: "healthy") }
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        engine.change("a") { state, index in state.set(index, health: "unhealthy") }
        try await registrator.until("greeter", ["10.0.0.7:2"])
        await end(registrator)
    }

    @Test("a paused container is away, a renamed one has another id")
    func pause() async throws {
        let registrator = try start()
        try await driver.run("a", settings(1))
        try await registrator.until("greeter", ["10.0.0.7:1"])
        try await driver.pause("a")
        try await registrator.until("greeter", [])
        try await driver.unpause("a")
        try await registrator.until("greeter", ["10.0.0.7:1"])
        try await driver.rename("a", to: "other")
        try await until { try await registrator.instances("greeter").map(\.id) == ["box:other:1"] }
        await end(registrator)
    }

    @Test("what stays registered at the end, and of containers that failed, goes with its lease")
    func leases() async throws {
        let registrator = try start { options in
            (options.ttl, options.staysRegistered, options.deregistersFailed) = (.seconds(6), true, false)
        }
        try await driver.run("a", settings(1))
        try await driver.run("b", settings(2))
        try await registrator.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        // It is renewed.
        try await Task.sleep(for: .seconds(8))
        #expect(try await registrator.instances("greeter").count == 2)
        let failed = ContinuousClock.now
        engine.change("a") { state, index in state.end(index, code: 1) }
        try await registrator.until("greeter", ["10.0.0.7:2"])
        #expect(ContinuousClock.now - failed > .seconds(3))
        await registrator.end()
        #expect(try await registrator.instances("greeter").count == 1)
        try await registrator.until("greeter", [])
        await end(registrator)
    }

    @Test("a registry that fails for a while: what started meanwhile is registered, what ended is deregistered")
    func registryFails() async throws {
        let registrator = try start()
        try await driver.run("a", settings(1))
        try await registrator.until("greeter", ["10.0.0.7:1"])
        store.fail(with: RPCError(.unavailable, "out of order"))
        try await driver.kill("a")
        try await driver.run("b", settings(2))
        try await Task.sleep(for: .milliseconds(200))
        store.fail(with: nil)
        try await registrator.until("greeter", ["10.0.0.7:2"])
        await end(registrator)
    }

    @Test("one that was killed leaves everything to its lease, and its successor goes on")
    func successor() async throws {
        let first = try start()
        try await driver.run("a", settings(1))
        try await driver.run("b", settings(2))
        try await first.until("greeter", ["10.0.0.7:1", "10.0.0.7:2"])
        await first.kill()
        #expect(try await first.instances("greeter").count == 2)
        try await driver.kill("b")
        let second = try start { $0.tags = ["second"] }
        try await until { try await second.instances("greeter").map(\.tags) == [["second"], []] }
        await end(second)
        #expect(try await second.instances("greeter").map(\.port) == [2])
    }

    @Test("what an earlier run left is taken away when that is asked for, and nothing else")
    func cleanUp() async throws {
        let first = try start()
        for number in 1...3 { try await driver.run("c\(number)", settings(number)) }
        try await first.until("greeter", (1...3).map { "10.0.0.7:\($0)" })
        await first.kill()
        let registry = try catalog.registry("memory://\(place)", RegistryContext())
        for id in ["other:c1:1", "box", "box:c:x", "10.0.0.9:1"] {
            let instance = ServiceInstance(service: "greeter", id: id, host: "10.0.0.9", port: 9)
            _ = try await registry.register(instance, ttl: .seconds(60))
        }
        try await driver.kill("c2")
        let second = try start { $0.cleansUp = true }
        let expected: Set = ["box:c1:1", "box:c3:3", "other:c1:1", "box", "box:c:x", "10.0.0.9:1"]
        try await until { Set(try await second.instances("greeter").map(\.id)) == expected }
        await end(second)
    }

    @Test("in several registries at once")
    func several() async throws {
        let other = "memory://\(place)-2"
        let registrator = try RunningRegistrator(engine.socket, "memory://\(place)", other, catalog: catalog)
        try await driver.run("a", settings(1))
        try await registrator.until("greeter", ["10.0.0.7:1"])
        let second = try catalog.registry(other, RegistryContext())
        try await until { try await second.list("greeter").instances.count == 1 }
        await end(registrator)
        #expect(try await second.list("greeter").instances.isEmpty)
    }

    @Test("containers come and go with failures of all kinds; in the end what is registered is what runs")
    func churn() async throws {
        var random = SplitMix64(seed: 7)
        let registrator = try start()
        var running: Set<Int> = []
        for number in 1...6 {
            try await driver.run("c\(number)", settings(number))
            running.insert(number)
        }
        for _ in 0..<300 {
            let number = Int.random(in: 1...6, using: &random)
            switch Int.random(in: 0...19, using: &random) {
            case 0: engine.send(garbage: "{\n")
            case 1:
                await engine.stop()
                engine.change("c\(number)") { state, index in
                    if running.remove(number) != nil { state.end(index, code: 0) }
                }
                try await engine.start()
                // Its connections ended with the engine.
                await driver.close()
            case 2: store.fail(with: RPCError(.unavailable, "out of order"))
            case 3...6: store.fail(with: nil)
            default:
                if running.remove(number) != nil {
                    try await driver.kill("c\(number)")
                } else {
                    running.insert(number)
                    try await driver.start("c\(number)")
                }
            }
        }
        store.fail(with: nil)
        try await registrator.until("greeter", running.map { "10.0.0.7:\($0)" })
        await end(registrator)
        #expect(try await registrator.instances("greeter").isEmpty)
    }

    @Test("targets and places that cannot work are refused")
    func wrong() {
        let options = RegistratorOptions(hostName: "box")
        for (docker, target) in [
            ("ssh://box", "skein://a"), ("unix:///a", "nothing://a"), ("unix:///a", "etcd://a?x=1"),
        ] {
            #expect(throws: ConfigurationError.self) {
                try Registrator(docker: docker, targets: [target], options: options)
            }
        }
    }
}
