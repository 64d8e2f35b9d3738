// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("service configs in etcd", .timeLimit(.minutes(4)))
struct EtcdConfigTests {
    /// What a target resolves to.
    private final class Resolved: Sendable {
        let last = Mutex<Resolution?>(nil)
        let count = Atomic(0)
        private let task = Mutex<Task<Void, Never>?>(nil)

        init(_ target: String) throws {
            var resolvers = ResolverRegistry()
            resolvers.register(RegistryCatalog(EtcdRegistry.self))
            let resolutions = try resolvers.resolutions(of: target, ResolverContext())
            let follow = Task { [weak self] in
                for await result in resolutions {
                    guard let self else { return }
                    if case .success(let resolution) = result { saw(resolution) }
                }
            }
            task.withLock { $0 = follow }
        }

        private func saw(_ resolution: Resolution) {
            last.withLock { $0 = resolution }
            count.add(1, ordering: .relaxed)
        }

        deinit { task.withLock { $0?.cancel() } }

        var policy: String? { try? last.withLock { $0?.serviceConfig }?.get().loadBalancing.first?.policy }
        var error: String? {
            guard case .failure(let error)? = last.withLock({ $0?.serviceConfig }) else { return nil }
            return error.message
        }
    }

    private func config(_ policy: String) -> String { #"{"loadBalancingConfig":[{"\#(policy)":{}}]}"# }

    @Test("the config under the key is there from the start, and changes are seen; one that is wrong is an error")
    func follows() async throws {
        let etcd = try await EtcdCluster()
        try await etcd.etcdctl("put", "configs/greeter", config("round_robin"))
        try await etcd.etcdctl("put", "greeter/a", #"{"Op":0,"Addr":"127.0.0.1:1","Metadata":null}"#)
        let resolved = try Resolved("\(etcd.location)/greeter?config=configs/greeter")
        try await until { resolved.count.load(ordering: .relaxed) == 1 }
        #expect(resolved.policy == "round_robin")
        try await etcd.etcdctl("put", "configs/greeter", config("random"))
        try await until { resolved.policy == "random" }
        try await etcd.etcdctl("put", "configs/greeter", "{\"loadBalancingConfig\": 7}")
        try await until { resolved.error?.contains("configs/greeter") == true }
        try await etcd.etcdctl("put", "configs/greeter", config("pick_first"))
        try await until { resolved.policy == "pick_first" }
        // A restart of etcd ends the watch; it goes on.
        await etcd.kill(0)
        try etcd.start(0)
        try await etcd.answers()
        try await etcd.etcdctl("put", "configs/greeter", config("random"))
        try await until(within: .seconds(60)) { resolved.policy == "random" }
        #expect(resolved.last.withLock { $0?.endpoints.count } == 1)
    }

    @Test("without a key the channel's own config holds, until there is one")
    func absent() async throws {
        let etcd = try await EtcdCluster()
        let resolved = try Resolved("\(etcd.location)/greeter?config=none")
        try await until { resolved.count.load(ordering: .relaxed) == 1 }
        #expect(resolved.last.withLock { $0?.serviceConfig } == nil)
        try await etcd.etcdctl("put", "none", config("random"))
        try await until { resolved.policy == "random" }
        try await etcd.etcdctl("del", "none")
        try await until { resolved.last.withLock { $0?.serviceConfig } == nil }
    }

    @Test("a registry that keeps no configs refuses the parameter")
    func refused() throws {
        var resolvers = ResolverRegistry()
        resolvers.register(RegistryCatalog(SkeinRegistry.self))
        #expect(throws: ConfigurationError.self) {
            try resolvers.make(try resolvers.target("skein://a/s?config=x"), ResolverContext())
        }
    }
}
