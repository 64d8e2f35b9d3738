// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("what a channel is told of its registry", .timeLimit(.minutes(3)))
struct DiscoveryStatusTests {
    private final class Standings: Sendable {
        let all = Mutex<[EndpointStanding]>([])
    }

    private let name = "h" + String(UInt64.random(in: 0 ... .max), radix: 36)
    private let observer = StatusObserver()
    private let log = LogRecorder()
    private var store: MemoryRegistry.Store { .named(name) }

    private func catalog(_ change: (inout DiscoveryOptions) -> Void = { _ in }) -> RegistryCatalog {
        var catalog = RegistryCatalog(MemoryRegistry.self)
        catalog.options.observer = observer
        change(&catalog.options)
        return catalog
    }

    private func watch(_ catalog: RegistryCatalog) throws -> WatchedList {
        try WatchedList("memory://\(name)/s", catalog, ResolverContext(logger: log.logger))
    }

    private func register() async throws {
        let registry = try RegistryCatalog(MemoryRegistry.self).registry("memory://\(name)", RegistryContext())
        let instance = ServiceInstance(service: "s", id: "i1", host: "10.0.0.1", port: 1)
        _ = try await registry.register(instance, ttl: .seconds(300))
    }

    private func logged(_ level: String, _ part: String) -> Bool {
        log.lines.contains { $0.hasPrefix("\(level): ") && $0.contains(part) }
    }

    @Test("a registry that fails is a warning with the reason, and a line when it is back")
    func failure() async throws {
        try await register()
        let list = try watch(catalog())
        try await until { list.ids == ["i1"] }
        store.fail(with: RPCError(.unavailable, "its disk is full"))
        try await until { observer.all.last?.unreachableFor != nil }
        #expect(observer.all.last?.listed == 1)
        #expect(observer.all.last?.failure?.contains("its disk is full") == true)
        #expect(list.ids == ["i1"])
        try await until { logged("warning", "1 instances; registry unreachable") }
        store.fail(with: nil)
        try await until { observer.all.last?.unreachableFor == nil }
        try await until { logged("info", "memory://\(name)/s: 1 instances") }
    }

    @Test("a list that is suddenly empty is held for as long as was asked, and said to be kept")
    func held() async throws {
        try await register()
        let list = try watch(catalog { $0.emptyHold = .seconds(2) })
        try await until { list.ids == ["i1"] }
        store.forget()
        // It forgets without a word: the watch that begins anew sees it.
        store.fail(with: RPCError(.unavailable, "restarting"))
        try await until { observer.all.last?.unreachableFor != nil }
        store.fail(with: nil)
        try await until { observer.all.last?.kept == 1 }
        #expect(list.ids == ["i1"])
        try await until { list.ids == [] }
        #expect(observer.all.last?.kept == 0)
    }

    @Test("after the time that was asked for instances are unconfirmed")
    func unconfirmed() async throws {
        try await register()
        var resolvers = ResolverRegistry()
        resolvers.register(catalog { $0.unconfirmedAfter = .seconds(1) })
        let seen = Standings()
        let results = try resolvers.resolutions(of: "memory://\(name)/s")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await result in results {
                    let standings = try? result.get().endpoints.map { $0[EndpointStanding.self] }
                    seen.all.withLock { $0 += standings ?? [] }
                }
            }
            try await until { seen.all.withLock { $0 == [.listed] } }
            store.fail(with: RPCError(.unavailable, "down"))
            try await until { seen.all.withLock { $0.last == .unconfirmed } }
            group.cancelAll()
        }
    }

    @Test("the list of an earlier run serves a start while the registry is down, or silent", arguments: [true, false])
    func cached(isSilent: Bool) async throws {
        let folder = try TemporaryFolder()
        let catalog = catalog { $0.cacheDirectory = folder.path }
        try await register()
        let cache = try InstanceCache(directory: folder.path, target: Target("memory://\(name)/s"))
        do {
            let list = try watch(catalog)
            try await until { list.ids == ["i1"] }
            try await until { await cache.load(RegistryContext()) != nil }
        }
        if isSilent { store.hang(true) } else { store.fail(with: RPCError(.unavailable, "down")) }
        let later = try watch(catalog)
        try await until { later.ids == ["i1"] }
        #expect(observer.all.last?.isCached == true)
        try await until { logged("warning", "of an earlier run") || isSilent }
        if isSilent { store.hang(false) } else { store.fail(with: nil) }
        try await until { observer.all.last?.isCached == false }
        #expect(later.ids == ["i1"])
    }

    @Test("what an answer says of itself is told")
    func note() async throws {
        try await register()
        store.note("the token may not read everything")
        let list = try watch(catalog())
        try await until { list.ids == ["i1"] }
        #expect(observer.all.last?.note == "the token may not read everything")
        try await until { logged("warning", "1 instances; the token may not read everything") }
    }

    @Test("a server starts although nobody knows the way to its registry yet, and ends as if it were registered")
    func noRoute() async throws {
        let registration = try Registration(in: "memory://\(name)", service: "s", catalog: catalog())
        try await registration.didListen([.ipv4("0.0.0.0", port: 1)])
        #expect(!store.holds("s"))
        await registration.willDrain()
        await registration.didStop()
    }

    @Test("a target that names no server means the one on this machine")
    func localRegistry() async {
        let route = await LocalRoute.address(towards: [], RegistryContext().lookup)
        #expect(route == .ipv4("127.0.0.1", port: 0))
    }
}
