// SPDX-License-Identifier: Apache-2.0
import SkeinCore
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
}
