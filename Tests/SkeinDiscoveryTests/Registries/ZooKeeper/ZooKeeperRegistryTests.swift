// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("ZooKeeper as a registry", .timeLimit(.minutes(15)))
struct ZooKeeperRegistryTests {
    private func registry(_ location: String) throws -> any ServiceRegistry {
        try ZooKeeperServer.catalog.registry(location, RegistryContext())
    }

    @Test("it keeps the contract")
    func contract() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        var subject = RegistrySubject(ZooKeeperServer.catalog, "zookeeper://\(server.address)/some/place")
        subject.restart = {
            try await server.restart()
            try await ZooKeeperServer.ready(server.address)
        }
        for promise in RegistryContract.allCases { try await promise.check(subject) }
    }

    @Test("it keeps the contract with the watches of older servers")
    func olderContract() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        var subject = RegistrySubject(ZooKeeperServer.catalog, "zookeeper://\(server.address)/some/place")
        subject.target = { "zookeeper://\(server.address)/some/place/\($0)?watch=nodes" }
        for promise in RegistryContract.allCases where promise != .survivesRestart { try await promise.check(subject) }
    }

    @Test("a text is read, and waited for until it comes, changes and goes")
    func texts() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let target = try RegistryTarget(try Target("zookeeper://\(server.address)/x"), defaultPort: 2181)
        let registry = try ZooKeeperRegistry(target, RegistryContext())
        let steps: [(ZooKeeperRequest, String?)] = [
            (.create("/conf", data: "one", isEphemeral: false, .open), "one"), (.setData("/conf", data: "two"), "two"),
            (.delete("/conf"), nil),
        ]
        for (request, text) in steps {
            let before = try await registry.text(at: "/conf")
            let change = Task { try await registry.session.answer(to: request).error }
            try await registry.watchText(at: "/conf", after: before.revision)
            let after = try await registry.text(at: "/conf")
            #expect(after.text == text)
            let error = try await change.value
            #expect(error == 0)
        }
        await registry.close()
    }
}
