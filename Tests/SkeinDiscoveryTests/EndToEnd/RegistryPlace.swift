// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestSupport

@testable import SkeinDiscovery

/// A registry of a test by itself, which can be stopped and started again.
struct RegistryPlace: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case etcd, embedded, redis, zookeeper, memcached, consul, eureka

        /// Those whose clients keep a connection, and are told of changes there.
        static let connected: [Kind] = [.etcd, .embedded, .redis, .zookeeper]
        /// Each takes half a minute: in a long run all of them.
        static let stopped: [Kind] =
            amount(RegistryPlace.outage, 0) > 0 ? allCases : connected + [.consul]
    }

    /// Names the seconds of an outage in a long run.
    static let outage = "SKEIN_OUTAGE_SECONDS"

    let scheme: String
    let port: Int
    private var path = ""
    private var query = ""
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
        case .memcached:
            let server = try await MemcachedServer.make()
            try await server.start()
            (scheme, port, query) = ("memcached", server.port, "poll=0.5")
            stop = { await server.kill() }
            start = { try await server.start() }
        case .consul:
            let agent = try await ConsulStandIn()
            (scheme, port) = ("consul", agent.server.port)
            stop = { await agent.server.stop() }
            start = {
                agent.state.withLock { $0.forget() }
                try await agent.server.start()
            }
        case .eureka:
            let server = try await EurekaStandIn()
            (scheme, port, path, query) = ("eureka", server.server.port, "/eureka/v2", "poll=0.5")
            stop = { await server.server.stop() }
            start = {
                server.state.withLock { $0.forget() }
                try await server.server.start()
            }
        }
    }

    var location: String { location(at: port) }

    /// What it is called by those who reach it at another port.
    func location(at port: Int) -> String { place(at: port) + (query.isEmpty ? "" : "?\(query)") }

    /// A channel's target.
    func target(of service: String) -> String { target(of: service, at: port) }

    /// That of those who reach it at another port.
    func target(of service: String, at port: Int) -> String {
        if scheme == "eureka" { return "\(location(at: port))&app=\(service)" }
        return "\(place(at: port))/\(service)" + (query.isEmpty ? "" : "?\(query)")
    }

    private func place(at port: Int) -> String { "\(scheme)://127.0.0.1:\(port)\(path)" }

    func registry() throws -> any ServiceRegistry {
        try RegistryCatalog.builtIn.registry(location, RegistryContext())
    }

    /// The ports of the instances of a service that it names, in order; `nil` when it does not answer.
    func ports(of service: String) async throws -> [Int]? {
        let registry = try registry()
        let ports = try? await registry.list(service).instances.map(\.port).sorted()
        await registry.close()
        return ports
    }

    /// How many instances of a service it names; `nil` when it does not answer.
    func count(of service: String) async throws -> Int? { try await ports(of: service)?.count }
}
