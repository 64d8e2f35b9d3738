// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("etcd, one member", .timeLimit(.minutes(4)))
struct EtcdRegistryTests {
    private func subject(_ etcd: EtcdCluster, prefix: String = "") -> RegistrySubject {
        var subject = RegistrySubject(RegistryCatalog(EtcdRegistry.self), etcd.location + prefix)
        subject.restart = {
            await etcd.kill(0)
            try etcd.start(0)
        }
        return subject
    }

    @Test("the contract", arguments: RegistryContract.allCases)
    func contract(promise: RegistryContract) async throws {
        try await promise.check(subject(try await EtcdCluster()))
    }

    @Test("what etcdctl puts as a Go program does is seen, and what we put is as Go programs expect it")
    func bothWays() async throws {
        let etcd = try await EtcdCluster()
        let subject = subject(etcd, prefix: "/shop/eu")
        let list = try subject.watch("greeter")
        try await etcd.etcdctl(
            "put", "shop/eu/greeter/10.1.1.1:50051", #"{"Op":0,"Addr":"10.1.1.1:50051","Metadata":{"x":[1]}}"#)
        try await until { list.ids == ["10.1.1.1:50051"] }
        try await etcd.etcdctl("put", "shop/eu/greeter/broken", "{")
        let registry = try subject.registry()
        let lease = try await registry.register(
            ServiceInstance(service: "greeter", host: "10.1.1.2", port: 1), ttl: .seconds(30))
        try await until { list.ids == ["10.1.1.1:50051", "10.1.1.2:1"] }
        let lines = try await etcd.etcdctl("get", "shop/eu/greeter/10.1.1.2:1").lines
        #expect(lines == ["shop/eu/greeter/10.1.1.2:1", #"{"Op":0,"Addr":"10.1.1.2:1","Metadata":null}"#])
        try await etcd.etcdctl("del", "shop/eu/greeter/10.1.1.1:50051")
        try await until { list.ids == ["10.1.1.2:1"] }
        // Somebody deletes a key whose lease is alive: the next renewal notices.
        try await etcd.etcdctl("del", "shop/eu/greeter/10.1.1.2:1")
        let instance = ServiceInstance(service: "greeter", host: "10.1.1.2", port: 1)
        let renewal = try await registry.renew(lease, of: instance, ttl: .seconds(30))
        #expect(renewal == .lost)
        await registry.close()
    }

    @Test("a watch that begins in a compacted history ends with a gap, and a list follows it")
    func compaction() async throws {
        let etcd = try await EtcdCluster()
        let registry = try subject(etcd).registry()
        let start = try await registry.list("s").revision
        for number in 0..<5 { try await etcd.etcdctl("put", "other", "\(number)") }
        let now = try await registry.list("s").revision
        let status = try await etcd.etcdctl("compact", now.text).status
        #expect(status == 0)
        let asked = ContinuousClock.now
        // Returns: a gap.
        try await registry.watch("s", after: start, ChangeFeed { _ in })
        let told = ContinuousClock.now - asked
        _ = try await registry.list("s")
        print("etcd, history compacted: told after \(told), listed anew after \(ContinuousClock.now - asked)")
        await registry.close()
    }

    @Test("a store that was made anew is a gap for those who watch from its former future")
    func newStore() async throws {
        let etcd = try await EtcdCluster()
        let subject = subject(etcd)
        let registry = try subject.registry()
        for number in 0..<20 { _ = try await registry.register(subject.instance("s", number), ttl: .seconds(60)) }
        let list = try subject.watch("s")
        try await until { list.instances?.count == 20 }
        await etcd.kill(0)
        try etcd.forget(0)
        try etcd.start(0)
        try await etcd.answers()
        _ = try await registry.register(subject.instance("s", 77), ttl: .seconds(60))
        try await until(within: .seconds(60)) { list.ids == ["i77"] }
        await registry.close()
    }

    @Test("close ends the connections, and a call after it opens them again")
    func close() async throws {
        let etcd = try await EtcdCluster()
        let registry = try subject(etcd).registry()
        for _ in 0..<3 {
            let instances = try await registry.list("s").instances
            #expect(instances.isEmpty)
            await registry.close()
        }
    }

    @Test("users, and a token that the server has forgotten")
    func authentication() async throws {
        let etcd = try await EtcdCluster(options: ["--auth-token", "simple"])
        for words in [["user", "add", "root:top"], ["user", "grant-role", "root", "root"]] + [
            ["role", "add", "shop"], ["role", "grant-permission", "shop", "--prefix=true", "readwrite", "shop/"],
            ["user", "add", "app:s3cr@t"], ["user", "grant-role", "app", "shop"], ["auth", "enable"],
        ] {
            let result = try await etcd.run(words)
            #expect(result.status == 0, "\(words): \(result.lines)")
        }
        let nodes = etcd.location.dropFirst("etcd://".count)
        let catalog = RegistryCatalog(EtcdRegistry.self)
        let subject = RegistrySubject(catalog, "etcd://app:s3cr%40t@\(nodes)/shop")
        let registry = try subject.registry()
        let list = try subject.watch("s")
        let lease = try await registry.register(subject.instance("s", 1), ttl: .seconds(60))
        try await until { list.ids == ["i1"] }
        // Tokens of the simple kind are in the server's memory.
        await etcd.kill(0)
        try etcd.start(0)
        try await until(within: .seconds(60)) {
            let renewal = try? await registry.renew(lease, of: subject.instance("s", 1), ttl: .seconds(60))
            return renewal == .renewed
        }
        _ = try await registry.register(subject.instance("s", 2), ttl: .seconds(60))
        try await until(within: .seconds(60)) { list.ids == ["i1", "i2"] }
        for wrong in ["app:wrong@", ""] {
            let other = try catalog.registry("etcd://\(wrong)\(nodes)/shop", RegistryContext())
            let error = await #expect(throws: RPCError.self) { try await other.list("s") }
            #expect(error?.code == .invalidArgument, "\(String(describing: error))")
            await other.close()
        }
        let elsewhere = try catalog.registry("etcd://app:s3cr%40t@\(nodes)/bank", RegistryContext())
        let error = await #expect(throws: RPCError.self) { try await elsewhere.list("s") }
        #expect(error?.code == .permissionDenied)
        await elsewhere.close()
        await registry.close()
    }

    @Test(
        "targets that cannot work are refused",
        arguments: ["etcd://user@a/s", "etcd://a/s?x=1", "etcd://a/s?cert=x", "etcd://a/"])
    func wrongTargets(text: String) throws {
        var resolvers = ResolverRegistry()
        resolvers.register(RegistryCatalog(EtcdRegistry.self))
        #expect(throws: ConfigurationError.self) {
            try resolvers.make(try resolvers.target(text), ResolverContext())
        }
    }
}
