// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("etcd, three members", .serialized, .timeLimit(.minutes(8)))
struct EtcdClusterTests {
    private let catalog = RegistryCatalog(EtcdRegistry.self)

    @Test("the contract, with a member that is killed and comes back")
    func contract() async throws {
        let etcd = try await EtcdCluster(members: 3)
        var subject = RegistrySubject(catalog, etcd.location)
        subject.restart = {
            let leader = try await etcd.leader() ?? 0
            await etcd.kill(leader)
            try etcd.start(leader)
        }
        for promise in RegistryContract.allCases { try await promise.check(subject) }
    }

    @Test("when the leader is killed leases survive, and watchers and registrations go on")
    func leaderKilled() async throws {
        let etcd = try await EtcdCluster(members: 3)
        let subject = RegistrySubject(catalog, etcd.location)
        let registry = try subject.registry()
        let instance = subject.instance("s", 1)
        let lease = try await registry.register(instance, ttl: .seconds(60))
        let list = try subject.watch("s")
        try await until { list.ids == ["i1"] }
        let leader = try #require(try await etcd.leader())
        await etcd.kill(leader)
        try await until(within: .seconds(60)) {
            let renewal = try? await registry.renew(lease, of: instance, ttl: .seconds(60))
            return renewal == .renewed
        }
        try await until(within: .seconds(60)) {
            let other = try? await registry.register(subject.instance("s", 2), ttl: .seconds(60))
            return other != nil
        }
        try await until(within: .seconds(60)) { list.ids == ["i1", "i2"] }
        await registry.close()
    }

    @Test("without a majority a watch ends instead of hanging, a list is what one member knows, and both recover")
    func quorumLost() async throws {
        let etcd = try await EtcdCluster(members: 3)
        let subject = RegistrySubject(catalog, etcd.location)
        let registry = try subject.registry()
        _ = try await registry.register(subject.instance("s", 1), ttl: .seconds(300))
        let list = try subject.watch("s")
        try await until { list.ids == ["i1"] }
        let revision = try await registry.list("s").revision
        async let watch: Void = registry.watch("s", after: revision, ChangeFeed { _ in })
        let cut = ContinuousClock.now
        await etcd.kill(0)
        await etcd.kill(1)
        do {
            try await watch
            Issue.record("the watch ended as if there were a gap")
        } catch let error as RPCError {
            #expect(error.code == .unavailable, "\(error)")
        }
        let ended = ContinuousClock.now - cut
        try await until(within: .seconds(60)) {
            let listing = try? await registry.list("s")
            return listing?.instances.map(\.id) == ["i1"] && listing?.note.contains("no leader") == true
        }
        print("etcd, two of three killed: a watch ended after \(ended), listed after \(ContinuousClock.now - cut)")
        #expect(list.ids == ["i1"])
        try etcd.start(0)
        try etcd.start(1)
        let back = ContinuousClock.now
        try await until(within: .seconds(60)) {
            let other = try? await registry.register(subject.instance("s", 2), ttl: .seconds(300))
            return other != nil
        }
        try await until(within: .seconds(90)) { list.ids == ["i1", "i2"] }
        print("etcd, two of three started again: another server seen after \(ContinuousClock.now - back)")
        await registry.close()
    }
}
