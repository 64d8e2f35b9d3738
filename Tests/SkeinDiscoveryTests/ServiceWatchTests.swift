// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("following a service", .timeLimit(.minutes(2)))
struct ServiceWatchTests {
    private let name = "h" + String(UInt64.random(in: 0 ... .max), radix: 36)
    private var store: MemoryRegistry.Store { .named(name) }
    private let catalog = RegistryCatalog(MemoryRegistry.self)

    private func subject(_ query: String = "") -> RegistrySubject {
        var subject = RegistrySubject(catalog, "memory://\(name)\(query)")
        subject.target = { [name] in "memory://\(name)/\($0)\(query)" }
        subject.restart = { [name] in
            let store = MemoryRegistry.Store.named(name)
            store.fail(with: RPCError(.unavailable, "restarting"))
            try await Task.sleep(for: .milliseconds(300))
            store.forget()
            store.fail(with: nil)
        }
        return subject
    }

    @Test("the contract, with a registry that tells of changes", arguments: RegistryContract.allCases)
    func contract(promise: RegistryContract) async throws { try await promise.check(subject()) }

    @Test("the contract, with a registry that is polled", arguments: RegistryContract.allCases)
    func polledContract(promise: RegistryContract) async throws { try await promise.check(subject("?tells=false")) }

    @Test("while the registry fails the list stays, and what changed meanwhile is seen afterwards")
    func failure() async throws {
        let subject = subject()
        let registry = try subject.registry()
        _ = try await registry.register(subject.instance("s", 1), ttl: .seconds(60))
        let list = try subject.watch("s")
        try await until { list.ids == ["i1"] }
        store.fail(with: RPCError(.unavailable, "down"))
        try await Task.sleep(for: .milliseconds(300))
        #expect(list.ids == ["i1"])
        store.fail(with: nil)
        _ = try await registry.register(subject.instance("s", 2), ttl: .seconds(60))
        try await until { list.ids == ["i1", "i2"] }
    }

    @Test("a registry that is down at the start is asked until it answers; meanwhile the error says why")
    func downAtStart() async throws {
        store.fail(with: RPCError(.unavailable, "connection refused"))
        var resolvers = ResolverRegistry()
        resolvers.register(catalog)
        var results = try resolvers.resolutions(of: "memory://\(name)/s").makeAsyncIterator()
        let first = await results.next()
        let error = #expect(throws: RPCError.self) { try first?.get() }
        #expect(error?.message.contains("connection refused") == true)
        let subject = subject()
        store.fail(with: nil)
        _ = try await subject.registry().register(subject.instance("s", 1), ttl: .seconds(60))
        var endpoints = 0
        while endpoints == 0, let next = await results.next() { endpoints = (try? next.get().endpoints.count) ?? 0 }
        #expect(endpoints == 1)
    }

    @Test("the instances of another service are counted as the clients of this one")
    func clients() async throws {
        let subject = subject()
        let registry = try subject.registry()
        for number in 1...3 { _ = try await registry.register(subject.instance("web", number), ttl: .seconds(60)) }
        _ = try await registry.register(subject.instance("s", 1), ttl: .seconds(60))
        var resolvers = ResolverRegistry()
        resolvers.register(catalog)
        var results = try resolvers.resolutions(of: "memory://\(name)/s?clients=web").makeAsyncIterator()
        let first = await results.next()
        #expect(try first?.get().clients == 3)
        #expect(try first?.get().endpoints.count == 1)
        _ = try await registry.register(subject.instance("web", 4), ttl: .seconds(60))
        let second = await results.next()
        #expect(try second?.get().clients == 4)
        #expect(throws: ConfigurationError.self) { try resolvers.resolutions(of: "memory://\(name)/s?clients=") }
    }

    @Test("a list that nobody changed is published once")
    func unchanged() async throws {
        let subject = subject()
        let registry = try subject.registry()
        let list = try subject.watch("s")
        for _ in 0..<20 { _ = try await registry.register(subject.instance("s", 1), ttl: .seconds(60)) }
        try await until { list.ids == ["i1"] }
        let updates = list.updates
        for _ in 0..<20 { _ = try await registry.register(subject.instance("s", 1), ttl: .seconds(60)) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(list.updates == updates)
    }
}
