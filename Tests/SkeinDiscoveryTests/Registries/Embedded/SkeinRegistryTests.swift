// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import SkeinCore
import SkeinResolution
import SkeinTesting
import Testing

@testable import SkeinDiscovery

@Suite("the embedded registry", .timeLimit(.minutes(4)))
struct SkeinRegistryTests {
    private let catalog = RegistryCatalog(SkeinRegistry.self)

    private func subject(_ server: EmbeddedServer) -> RegistrySubject {
        var subject = RegistrySubject(catalog, server.location)
        subject.restart = { try await server.restart() }
        return subject
    }

    @Test("the contract, with a registry that keeps nothing", arguments: RegistryContract.allCases)
    func contract(promise: RegistryContract) async throws {
        try await promise.check(subject(try await EmbeddedServer()))
    }

    @Test("the contract, with a registry that keeps a file", arguments: RegistryContract.allCases)
    func contractWithFile(promise: RegistryContract) async throws {
        let folder = try TemporaryFolder()
        try await promise.check(subject(try await EmbeddedServer(file: folder.file("registry"))))
    }

    @Test("what was registered before a restart is known after it, and its lease can be renewed")
    func file() async throws {
        let folder = try TemporaryFolder()
        let server = try await EmbeddedServer(file: folder.file("registry"))
        let subject = subject(server)
        let registry = try subject.registry()
        let instance = subject.instance("s", 1) { ($0.weight, $0.metadata, $0.tags) = (3, ["a": "ü"], ["x"]) }
        let lease = try await registry.register(instance, ttl: .seconds(60))
        let gone = try await registry.register(subject.instance("s", 2), ttl: .seconds(60))
        try await registry.deregister(gone, of: subject.instance("s", 2))
        try await server.restart()
        // The first calls may meet the time without a server.
        try await until { (try? await registry.list("s").instances) == [instance] }
        let renewal = try await registry.renew(lease, of: instance, ttl: .seconds(60))
        #expect(renewal == .renewed)
        await registry.close()
        await server.stop()
    }

    @Test("a lease that has ended is not back after a restart")
    func endedBefore() async throws {
        let folder = try TemporaryFolder()
        let file = RegistryFile(folder.file("registry"), Logger(label: "test"))
        let clock = TestClock()
        let store = try RegistryStore(file, clock: clock)
        let instances = (1...2).map { ServiceInstance(service: "s", id: "\($0)", host: "10.0.0.1", port: $0) }
        let lease = try await store.register(instances[0], ttl: .seconds(60))
        _ = try await store.register(instances[1], ttl: .seconds(5))
        clock.advance(by: .seconds(6))
        let isKnown = await store.renew(lease)
        #expect(isKnown)
        let again = try RegistryStore(file, clock: clock)
        #expect(again.list("s").instances == [instances[0]])
    }

    @Test("a watch that began before a restart ends with a gap")
    func gap() async throws {
        let server = try await EmbeddedServer()
        let registry = try subject(server).registry()
        let revision = try await registry.list("s").revision
        try await server.restart()
        // Returns: a gap. The first call may meet the connection that has just ended.
        var ended = false
        for _ in 0..<5 where !ended {
            do {
                try await registry.watch("s", after: revision, ChangeFeed { _ in })
                ended = true
            } catch StatusCode.unavailable {}
        }
        #expect(ended)
        await registry.close()
        await server.stop()
    }

    @Test("a file that is none of ours keeps the registry from starting, and the error names it")
    func garbage() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("registry")
        try Data([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]).write(to: URL(filePath: path))
        let error = #expect(throws: ConfigurationError.self) { try RegistryService(file: path) }
        #expect(error?.message.contains(path) == true)
    }

    @Test(
        "targets that cannot work are refused",
        arguments: ["skein://a,b/s", "skein://a/x/s", "skein://a/s?x=1", "skein://a/"])
    func wrongTargets(text: String) throws {
        var resolvers = ResolverRegistry()
        resolvers.register(catalog)
        #expect(throws: ConfigurationError.self) {
            try resolvers.make(try resolvers.target(text), ResolverContext())
        }
    }
}
