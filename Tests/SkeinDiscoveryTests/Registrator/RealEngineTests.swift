// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

/// With a real Docker Engine where one can run, else with the stand-in; the log says which it was.
@Suite("containers in a registry, by a Docker Engine or its stand-in", .serialized, .timeLimit(.minutes(6)))
struct RealEngineTests {
    enum Kind: String, CaseIterable, Sendable {
        case etcd, embedded
    }

    private struct Engine {
        var socket: String
        var restart: () async throws -> Void
        var stop: () async -> Void

        init() async throws {
            do {
                let daemon = try await DockerDaemon()
                print("containers in a registry: with a real Docker Engine")
                (socket, restart, stop) = (daemon.socket, daemon.restart, daemon.stop)
            } catch let error as DockerDaemon.Unable {
                print("containers in a registry: with a stand-in for the Docker Engine, because \(error)")
                let standIn = try await DockerStandIn()
                (socket, restart, stop) = (standIn.socket, standIn.restart, standIn.stop)
            }
        }
    }

    @Test("they come, go, fail, are renamed, and end with the engine", arguments: Kind.allCases)
    func life(kind: Kind) async throws {
        let etcd = kind == .etcd ? try await EtcdCluster() : nil
        let embedded = kind == .embedded ? try await EmbeddedServer() : nil
        let engine = try await Engine()
        let driver = EngineDriver(engine.socket)
        let labels = ["SERVICE_TAGS": "v1,grpc", "SERVICE_50052_NAME": "other"]
        let settings = EngineDriver.Settings(
            environment: ["SERVICE_NAME=greeter"], labels: labels, ports: ["50051/tcp"])
        try await driver.run("early", settings)
        let registrator = try RunningRegistrator(engine.socket, etcd?.location ?? embedded?.location ?? "") {
            $0.address = nil
            // Longer than anything is waited for: nothing goes by itself.
            $0.ttl = .seconds(600)
        }
        // The machine is reached on the loopback, as the registry is.
        try await registrator.until("greeter", ["127.0.0.1:50051"])
        let instance = try #require(try await registrator.instances("greeter").first)
        #expect(instance.id == "box:early:50051")
        #expect(instance.tags == ["v1", "grpc"])

        var second = settings
        second.ports = ["50052/tcp", "50053/tcp"]
        try await driver.run("late", second)
        try await registrator.until("other", ["127.0.0.1:50052"])
        try await registrator.until("greeter-50053", ["127.0.0.1:50053"])
        try await driver.kill("early")
        try await registrator.until("greeter", [])
        try await driver.start("early")
        try await registrator.until("greeter", ["127.0.0.1:50051"])
        try await driver.pause("early")
        try await registrator.until("greeter", [])
        try await driver.unpause("early")
        try await driver.rename("early", to: "renamed")
        try await registrator.until("greeter", ["127.0.0.1:50051"], ids: ["box:renamed:50051"])

        try await engine.restart()
        try await registrator.until("greeter", [])
        try await registrator.until("other", [])
        try await driver.start("renamed")
        try await registrator.until("greeter", ["127.0.0.1:50051"])
        try await driver.remove("renamed")
        try await registrator.until("greeter", [])
        try await driver.start("late")
        try await registrator.until("other", ["127.0.0.1:50052"])
        await registrator.end()
        #expect(try await registrator.instances("other").isEmpty)
        await registrator.close()
        try await driver.remove("late")
        await driver.close()
        await engine.stop()
        await embedded?.stop()
    }
}
