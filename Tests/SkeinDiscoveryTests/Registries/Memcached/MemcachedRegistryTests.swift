// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTesting
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("Memcached as a registry", .timeLimit(.minutes(10)))
struct MemcachedRegistryTests {
    private static let catalog = RegistryCatalog(MemcachedRegistry.self)

    private func start() async throws -> LocalServer {
        let server = try await MemcachedServer.make()
        try await server.start()
        return server
    }

    private func registry(_ location: String) throws -> any ServiceRegistry {
        try Self.catalog.registry(location, RegistryContext())
    }

    @Test("it keeps the contract", arguments: RegistryContract.allCases)
    func contract(_ promise: RegistryContract) async throws {
        let servers = [try await start(), try await start()]
        defer { for server in servers { server.stop() } }
        let hosts = servers.map(\.address).joined(separator: ",")
        var subject = RegistrySubject(Self.catalog, "memcached://\(hosts)/some/place?poll=0.5")
        subject.target = { "memcached://\(hosts)/some/place/\($0)?poll=0.5" }
        subject.notice = .milliseconds(1500)
        subject.restart = { for server in servers { try await server.restart() } }
        try await promise.check(subject)
    }

    @Test("with one of two servers dead everything goes on; when it is back it learns everything again")
    func oneDead() async throws {
        let (one, other) = (try await start(), try await start())
        defer {
            one.stop()
            other.stop()
        }
        let registry = try registry("memcached://\(one.address),\(other.address)")
        let instances = (1...2).map { ServiceInstance(service: "s", host: "10.0.0.1", port: $0) }
        let lease = try await registry.register(instances[0], ttl: .seconds(60))
        await one.kill()
        let listing = try await registry.list("s")
        #expect(listing.instances == [instances[0]])
        #expect(listing.note == "1 of 2 servers do not answer")
        let second = try await registry.register(instances[1], ttl: .seconds(60))
        let renewal = try await registry.renew(lease, of: instances[0], ttl: .seconds(60))
        #expect(renewal == .renewed)
        try await one.start()
        // It is asked again when it has rested.
        try await until { try await registry.list("s").note.isEmpty }
        let renewals = [
            try await registry.renew(lease, of: instances[0], ttl: .seconds(60)),
            try await registry.renew(second, of: instances[1], ttl: .seconds(60)),
        ]
        #expect(renewals == [.renewed, .renewed])
        await other.kill()
        let seen = try await registry.list("s").instances
        #expect(seen == instances)
        await one.kill()
        await #expect(throws: RPCError.self) { try await registry.list("s") }
    }

    @Test("a dead server is asked again only when it has rested, unless no other answers")
    func rest() async throws {
        let (living, dead, clock) = (try await start(), try await CutProxy(to: LocalPort.reserve()), TestClock())
        defer { living.stop() }
        let registry = try Self.catalog.registry(
            "memcached://\(living.address),127.0.0.1:\(dead.port)", RegistryContext(clock: clock))
        let instance = ServiceInstance(service: "s", host: "10.0.0.1", port: 1)
        _ = try await registry.register(instance, ttl: .seconds(60))
        for _ in 0..<50 {
            let listing = try await registry.list("s")
            #expect(listing.instances == [instance])
            #expect(listing.note == "1 of 2 servers do not answer")
        }
        #expect(dead.taken.count == 1)
        clock.advance(by: FullJitter.waits.upperBound)
        _ = try await registry.list("s")
        #expect(dead.taken.count == 2)
        await living.kill()
        await #expect(throws: RPCError.self) { try await registry.list("s") }
        #expect(dead.taken.count == 3)
        await registry.close()
        await dead.close()
    }

    @Test("fifty servers that register at the same moment are all in the index, and dead ones leave it")
    func herd() async throws {
        let server = try await start()
        defer { server.stop() }
        let dead = try registry("memcached://\(server.address)")
        for number in 1...5 {
            let instance = ServiceInstance(service: "s", host: "10.0.0.9", port: number)
            _ = try await dead.register(instance, ttl: .seconds(1))
        }
        try await until { try await dead.list("s").instances.isEmpty }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...50 {
                group.addTask {
                    let registry = try registry("memcached://\(server.address)")
                    let instance = ServiceInstance(service: "s", host: "10.0.0.1", port: number)
                    // As a server does: again when it does not succeed.
                    try await until { (try? await registry.register(instance, ttl: .seconds(60))) != nil }
                }
            }
            try await group.waitForAll()
        }
        let ports = try await dead.list("s").instances.map(\.port)
        #expect(Set(ports) == Set(1...50))
    }

    @Test("targets that make no sense are refused", arguments: ["memcached://h/s?poll=0", "memcached://h/s?pol=1"])
    func targets(target: String) {
        #expect(throws: ConfigurationError.self) { try WatchedList(target, Self.catalog) }
    }
}
