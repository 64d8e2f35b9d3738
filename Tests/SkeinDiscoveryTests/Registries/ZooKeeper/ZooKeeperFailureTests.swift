// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinResolution
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("ZooKeeper when something fails", .timeLimit(.minutes(15)))
struct ZooKeeperFailureTests {
    private let instance = ServiceInstance(service: "s", host: "10.0.0.7", port: 1)

    private func registry(_ servers: [LocalServer], user: String = "") throws -> ZooKeeperRegistry {
        try registry(at: user + servers.map(\.address).joined(separator: ","))
    }

    private func registry(at place: String) throws -> ZooKeeperRegistry {
        let target = try RegistryTarget(
            try Target("zookeeper://\(place)/base"), defaultPort: ZooKeeperRegistry.defaultPort)
        return try ZooKeeperRegistry(target, RegistryContext())
    }

    @Test("each of three servers is killed in turn, the leader among them: the session and what it holds stay")
    func ensemble() async throws {
        let servers = try await ZooKeeperServer.startEnsemble()
        defer { for server in servers { server.stop() } }
        let registry = try registry(servers)
        let lease = try await registry.register(instance, ttl: .seconds(10))
        let session = registry.session.identity.id
        let hosts = servers.map(\.address).joined(separator: ",")
        let list = try WatchedList("zookeeper://\(hosts)/base/s", ZooKeeperServer.catalog)
        try await until { list.ids == ["10.0.0.7:1"] }
        for (number, server) in servers.enumerated() {
            await server.kill()
            let start = ContinuousClock.now
            var other = instance
            other.id = "other\(number)"
            let extra = other
            try await until("no server answers") { (try? await registry.register(extra, ttl: .seconds(60))) != nil }
            print("zookeeper, server \(number + 1) killed: written again after \(ContinuousClock.now - start)")
            try await until { (try? await registry.renew(lease, of: instance, ttl: .seconds(10))) == .renewed }
            #expect(registry.session.identity.id == session)
            try await until { list.ids?.contains(extra.id) == true }
            #expect(list.ids?.contains(instance.id) == true)
            try await server.start()
            try await ZooKeeperServer.ready(server.address)
        }
        await registry.close()
        let other = try self.registry(servers)
        try await until("what the session held is still there") { try await other.list("s").instances.isEmpty }
        await other.close()
    }

    @Test("without a majority the list stays and calls go on; with one again servers are found, old ones and new")
    func quorumLost() async throws {
        let servers = try await ZooKeeperServer.startEnsemble()
        defer { for server in servers { server.stop() } }
        let place = "zookeeper://\(servers.map(\.address).joined(separator: ","))/base"
        let old = try await LocalGreeter("old", in: [place])
        let list = try WatchedList("\(place)/greeter", ZooKeeperServer.catalog)
        let load = try Load("\(place)/greeter")
        let registry = try registry(servers)
        try await until("nobody answers") { load.takeAnswers()["old"] != nil && list.ids?.count == 1 }
        let cut = ContinuousClock.now
        for server in servers.prefix(2) { await server.kill() }
        try await until("one of three serves alone", within: .seconds(60)) {
            (try? await registry.list("greeter")) == nil
        }
        print("zookeeper, two of three killed: refused after \(ContinuousClock.now - cut)")
        let ids = list.ids
        _ = load.takeAnswers()
        // Longer than the session of the server that is registered.
        try await Task.sleep(for: .seconds(amount(RegistryPlace.outage, 8)))
        #expect(load.takeAnswers()["old"] != nil)
        #expect(ids?.count == 1 && list.ids == ids)

        for server in servers.prefix(2) { try await server.start() }
        let back = ContinuousClock.now
        try await until("it does not answer", within: .seconds(120)) {
            (try? await registry.list("greeter").instances.count) == 1
        }
        print("zookeeper, two of three started again: listed after \(ContinuousClock.now - back)")
        let new = try await LocalGreeter("new", in: [place])
        try await until("not both answer", within: .seconds(120)) {
            _ = load.takeAnswers()
            try await Task.sleep(for: .milliseconds(300))
            return Set(load.takeAnswers().keys) == ["old", "new"]
        }
        print("zookeeper, two of three started again: another server called after \(ContinuousClock.now - back)")
        #expect(load.takeFailures().map(\.debugDescription) == [])
        for server in [old, new] { try await server.stop() }
        try await until { try await registry.list("greeter").instances.isEmpty }
        await registry.close()
    }

    @Test("a session that expires while the network is cut takes its nodes along; with the network they are back")
    func cutOff() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let proxy = try await CutProxy(to: server.port)
        let (near, far) = (try registry([server]), try registry(at: "127.0.0.1:\(proxy.port)"))
        let loop = LeaseLoop(registry: far, instance: instance, ttl: .seconds(3), context: RegistryContext())
        let running = Task { await loop.run() }
        try await until { try await near.list("s").instances == [instance] }
        let session = far.session.identity.id
        let cut = ContinuousClock.now
        proxy.cut(.silence)
        try await until("it does not expire", within: .seconds(60)) { try await near.list("s").instances.isEmpty }
        let expired = ContinuousClock.now - cut
        let mended = ContinuousClock.now
        proxy.mend()
        try await until("it does not come back", within: .seconds(120)) {
            try await near.list("s").instances == [instance]
        }
        let back = ContinuousClock.now - mended
        print("zookeeper, a session of 3 s cut off: its node gone after \(expired), back \(back) after the network was")
        #expect(far.session.identity.id != session)
        running.cancel()
        _ = await running.value
        for registry in [near, far] { await registry.close() }
        await proxy.close()
    }

    @Test("who is cancelled ends his session, too: what it held is gone at once, not when its time is over")
    func cancelled() async throws {
        let server = try await ZooKeeperServer.start("maxSessionTimeout=600000")
        defer { server.stop() }
        let (leaving, staying) = (try registry([server]), try registry([server]))
        _ = try await leaving.register(instance, ttl: .seconds(600))
        let seen = try await staying.list("s").instances
        #expect(seen == [instance])
        let task = Task {
            try? await Task.sleep(for: .seconds(600))
            await leaving.close()
        }
        task.cancel()
        await task.value
        try await until { try await staying.list("s").instances.isEmpty }
        await staying.close()
    }

    @Test("a session that is over is a lost lease, and the instance comes back in a new one")
    func expiry() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let registry = try registry([server])
        let lease = try await registry.register(instance, ttl: .seconds(10))
        let list = try WatchedList("zookeeper://\(server.address)/base/s", ZooKeeperServer.catalog)
        try await until { list.ids == ["10.0.0.7:1"] }
        // Somebody with our session's name ends it.
        let identity = registry.session.identity
        let connector = WireConnector(tls: nil, context: RegistryContext())
        let thief = try await connector.connect(
            to: RegistryTarget.Node(host: "127.0.0.1", port: server.port), ZooKeeperCodec())
        _ = try await thief.ask(ZooKeeperRequest.connectFrame(identity, timeout: .seconds(10), lastZxid: 0))
        _ = try await thief.ask(ZooKeeperRequest.closeSession.frame(xid: 1))
        thief.close()
        try await until { (try? await registry.renew(lease, of: instance, ttl: .seconds(10))) == .lost }
        #expect(registry.session.identity.id != identity.id)
        let second = try await registry.register(instance, ttl: .seconds(10))
        #expect(second != lease)
        let listing = try await registry.list("s")
        #expect(listing.instances == [instance])
        try await until { list.ids == ["10.0.0.7:1"] }
        await registry.close()
    }

    @Test("a node of an earlier session, which would go with that, is replaced; the earlier one cannot remove it")
    func stale() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let (earlier, later) = (try registry([server]), try registry([server]))
        let old = try await earlier.register(instance, ttl: .seconds(60))
        let new = try await later.register(instance, ttl: .seconds(60))
        #expect(old != new)
        let renewal = try await earlier.renew(old, of: instance, ttl: .seconds(60))
        #expect(renewal == .lost)
        try await earlier.deregister(old, of: instance)
        await earlier.close()
        let seen = try await later.list("s").instances
        #expect(seen == [instance])
        let kept = try await later.renew(new, of: instance, ttl: .seconds(60))
        #expect(kept == .renewed)
        await later.close()
        let reader = try registry([server])
        let rest = try await reader.list("s").instances
        #expect(rest.isEmpty)
        await reader.close()
    }

    @Test("what was registered with a user and password can be read by anyone and changed by nobody else")
    func digest() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let (owner, other) = (try registry([server], user: "us:secret@"), try registry([server], user: "us:wrong@"))
        _ = try await owner.register(instance, ttl: .seconds(60))
        let reader = try registry([server])
        let seen = try await reader.list("s").instances
        #expect(seen == [instance])
        let write = ZooKeeperRequest.setData("/base/s/10.0.0.7:1", data: "{}")
        for (registry, isAllowed) in [(other, false), (reader, false), (owner, true)] {
            let answer = try await registry.session.answer(to: write)
            #expect((answer.error == 0) == isAllowed)
        }
        for registry in [owner, other, reader] { await registry.close() }
    }

    @Test("TLS is used, and a server with an unknown certificate is refused")
    func tls() async throws {
        let port = try LocalPort.reserve()
        let folder = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = try await OwnCertificate(for: "zk.test", in: folder.path)
        // The server wants both in one file.
        let file = "\(folder.path)/both.pem"
        let parts = try [certificate.key, certificate.certificate].map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        try parts.joined().write(toFile: file, atomically: true, encoding: .utf8)
        let server = try await ZooKeeperServer.start(
            """
            serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
            secureClientPort=\(port)
            ssl.clientAuth=none
            ssl.keyStore.type=PEM
            ssl.keyStore.location=\(file)
            ssl.trustStore.type=PEM
            ssl.trustStore.location=\(file)
            """)
        defer { server.stop() }
        let place = "zookeeper://127.0.0.1:\(port)/base?server-name=zk.test"
        let good = try ZooKeeperServer.catalog.registry("\(place)&ca=\(certificate.authority)", RegistryContext())
        _ = try await good.register(instance, ttl: .seconds(60))
        let seen = try await good.list("s").instances
        #expect(seen == [instance])
        await good.close()
        let bad = try ZooKeeperServer.catalog.registry("\(place)&tls=true", RegistryContext())
        await #expect(throws: RPCError.self) { try await bad.list("s") }
    }

    @Test("a server that lost its data is used again")
    func amnesia() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let registry = try registry([server])
        for _ in 0..<10 { _ = try await registry.register(instance, ttl: .seconds(1)) }
        await server.kill()
        try FileManager.default.removeItem(atPath: "\(server.directory)/version-2")
        try await server.start()
        try await ZooKeeperServer.ready(server.address)
        try await until("it stays away", within: .seconds(90)) {
            (try? await registry.register(instance, ttl: .seconds(60))) != nil
        }
        let seen = try await registry.list("s").instances
        #expect(seen == [instance])
        await registry.close()
    }

    @Test("Curator sees what Skein registers, and Skein what Curator registers, until its program ends")
    func curator() async throws {
        let server = try await ZooKeeperServer.start()
        defer { server.stop() }
        let registry = try registry([server])
        var ours = instance
        (ours.weight, ours.metadata) = (3, ["team": "billing"])
        let plain = ServiceInstance(service: "s", id: "plain", host: "10.0.0.6", port: 2)
        for instance in [ours, plain] { _ = try await registry.register(instance, ttl: .seconds(300)) }
        let lines = try await CuratorPeer("list", server, base: "/base", service: "s").process.finish().lines
        #expect(lines.contains("found 10.0.0.7:1 10.0.0.7 1 true {skein.weight=3, team=billing}"), "\(lines)")
        #expect(lines.contains("found plain 10.0.0.6 2 true {}"), "\(lines)")

        let list = try WatchedList("zookeeper://\(server.address)/base/s", ZooKeeperServer.catalog)
        try await until { list.ids == ["10.0.0.7:1", "plain"] }
        let peer = try CuratorPeer("register", server, base: "/base", service: "s")
        try await until("no instances of Curator", within: .seconds(180)) {
            list.ids == ["10.0.0.7:1", "plain", "j1", "j2"]
        }
        let theirs = list.instances?.first { $0.id == "j1" }
        #expect(theirs?.address == "10.0.0.8:8080")
        #expect(theirs?.metadata == ["team": "orders"])
        peer.process.kill()
        try await until("its session does not end", within: .seconds(60)) { list.ids == ["10.0.0.7:1", "plain"] }
        await registry.close()
    }
}
