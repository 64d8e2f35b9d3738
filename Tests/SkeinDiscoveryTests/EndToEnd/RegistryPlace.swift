// SPDX-License-Identifier: Apache-2.0
import SkeinDiscovery

/// A registry of a test by itself, which can be stopped and started again.
struct RegistryPlace: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case etcd, embedded, redis, zookeeper
    }

    let scheme: String
    let port: Int
    /// At once, as when its machine fails.
    let stop: @Sendable () async throws -> Void
    /// Returns when it answers. etcd and ZooKeeper know what they knew, the others nothing.
    let start: @Sendable () async throws -> Void

    init(_ kind: Kind) async throws {
        switch kind {
        case .etcd:
            let etcd = try await EtcdCluster()
            (scheme, port) = ("etcd", etcd.ports[0])
            stop = { await etcd.kill(0) }
            start = {
                try etcd.start(0)
                try await etcd.answers()
            }
        case .embedded:
            let server = try await EmbeddedServer()
            (scheme, port) = ("skein", server.port)
            stop = { await server.stop() }
            start = { try await server.start() }
        case .redis:
            let server = try await RedisServer.start()
            (scheme, port) = ("redis", server.port)
            stop = { await server.kill() }
            start = { try await server.start() }
        case .zookeeper:
            let server = try await ZooKeeperServer.start("maxClientCnxns=0")
            (scheme, port) = ("zookeeper", server.port)
            stop = { await server.kill() }
            start = {
                try await server.start()
                try await ZooKeeperServer.ready(server.address)
            }
        }
    }

    var location: String { location(at: port) }

    /// What it is called by those who reach it at another port.
    func location(at port: Int) -> String { "\(scheme)://127.0.0.1:\(port)" }

    func registry() throws -> any ServiceRegistry {
        try RegistryCatalog.builtIn.registry(location, RegistryContext())
    }

    /// How many instances of a service it names; `nil` when it does not answer.
    func count(of service: String) async throws -> Int? {
        let registry = try registry()
        let count = try? await registry.list(service).instances.count
        await registry.close()
        return count
    }
}
