// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("Redis as a registry", .timeLimit(.minutes(10)))
struct RedisRegistryTests {
    private func subject(_ server: LocalServer, _ query: String = "") -> RegistrySubject {
        var subject = RegistrySubject(RedisServer.catalog, "redis://\(server.address)/some/place")
        let location = subject.location
        if !query.isEmpty {
            subject.location += query
            subject.target = { "\(location)/\($0)\(query)" }
        }
        subject.restart = { try await server.restart() }
        return subject
    }

    private func registry(_ location: String) throws -> any ServiceRegistry {
        try RedisServer.catalog.registry(location, RegistryContext())
    }

    @Test("it keeps the contract", arguments: RegistryContract.allCases)
    func contract(_ promise: RegistryContract) async throws {
        try await promise.check(subject(try await RedisServer.start()))
    }

    @Test(
        "it keeps the contract with a server that speaks only the older protocol", arguments: RegistryContract.allCases)
    func olderContract(_ promise: RegistryContract) async throws {
        var subject = subject(try await RedisServer.start(), "?resp=2")
        // What expires is told by nobody.
        subject.expirySlack = .seconds(20)
        try await promise.check(subject)
    }

    @Test("a user, a password and a database are used; a wrong password is an error that does not tell it")
    func credentials() async throws {
        let server = try await RedisServer.start(["--user", "skein", "on", ">secret", "~*", "&*", "+@all"])
        defer { server.stop() }
        let place = "\(server.address)/x?db=3"
        let instance = ServiceInstance(service: "s", host: "10.0.0.7", port: 1)
        for version in ["", "&resp=2"] {
            let good = try registry("redis://skein:secret@\(place)\(version)")
            _ = try await good.register(instance, ttl: .seconds(600))
            let seen = try await good.list("s").instances
            #expect(seen == [instance])
            await good.close()
            let bad = try registry("redis://skein:wrongword@\(place)\(version)")
            do {
                _ = try await bad.list("s")
                Issue.record("let in")
            } catch let error as RPCError {
                #expect(error.code == .unauthenticated)
                #expect(!error.message.contains("wrongword"), "\(error)")
            }
        }
        let elsewhere = try registry("redis://\(server.address)/x")
        let others = try await elsewhere.list("s").instances
        #expect(others.isEmpty)
    }

    @Test("a plain list of host:port is read and followed, and not written", arguments: ["", "&resp=2"])
    func plainList(version: String) async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let redis = try RedisPeer(server)
        try await redis.run("RPUSH", "backends", "10.0.0.1:1", "10.0.0.2:2")
        let target = "redis://\(server.address)/backends?layout=list\(version)"
        let list = try WatchedList(target, RedisServer.catalog)
        try await until { list.ids == ["10.0.0.1:1", "10.0.0.2:2"] }
        try await redis.run("RPUSH", "backends", "10.0.0.3:3", "nonsense")
        try await until { list.ids == ["10.0.0.1:1", "10.0.0.2:2", "10.0.0.3:3"] }
        try await redis.run("LREM", "backends", "0", "10.0.0.1:1")
        try await until { list.ids == ["10.0.0.2:2", "10.0.0.3:3"] }
        let registry = try registry("redis://\(server.address)?layout=list")
        let instance = ServiceInstance(service: "backends", host: "10.0.0.7", port: 1)
        await #expect(throws: RPCError.self) { try await registry.register(instance, ttl: .seconds(5)) }
        await #expect(throws: RPCError.self) { try await registry.deregister(LeaseID(""), of: instance) }
    }

    @Test("a renewal writes everything; a deleted key is a lost lease")
    func renewal() async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let redis = try RedisPeer(server)
        let registry = try registry("redis://\(server.address)")
        let instance = ServiceInstance(service: "s", host: "10.0.0.7", port: 1)
        let lease = try await registry.register(instance, ttl: .seconds(600))
        // As after a failover to a replica that had missed the last writes.
        try await redis.run("SET", "skein:s:10.0.0.7:1", "{}")
        try await redis.run("DEL", "skein:s")
        let renewal = try await registry.renew(lease, of: instance, ttl: .seconds(600))
        #expect(renewal == .renewed)
        let seen = try await registry.list("s").instances
        #expect(seen == [instance])
        try await redis.run("DEL", "skein:s:10.0.0.7:1")
        let second = try await registry.renew(lease, of: instance, ttl: .seconds(600))
        #expect(second == .lost)
    }

    @Test("an instance whose server dies is gone when its key expires, without anybody asking")
    func expiry() async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let registry = try registry("redis://\(server.address)")
        _ = try await registry.register(ServiceInstance(service: "s", host: "10.0.0.1", port: 1), ttl: .seconds(6))
        _ = try await registry.register(ServiceInstance(service: "s", host: "10.0.0.2", port: 2), ttl: .seconds(600))
        let list = try WatchedList("redis://\(server.address)/s", RedisServer.catalog)
        try await until { list.ids?.count == 2 }
        try await until { list.ids == ["10.0.0.2:2"] }
    }

    @Test("what others write is seen, or left out when it is nothing; an emptied database is looked at anew")
    func others() async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let redis = try RedisPeer(server)
        let registry = try registry("redis://\(server.address)")
        _ = try await registry.register(
            ServiceInstance(service: "s", id: "a", host: "10.0.0.1", port: 1), ttl: .seconds(600))
        let list = try WatchedList("redis://\(server.address)/s", RedisServer.catalog)
        try await until { list.ids == ["a"] }
        try await redis.run("ZADD", "skein:s", "9999999999999", "b")
        try await redis.run("SET", "skein:s:b", #"{"service":"s","id":"b","host":"10.0.0.2","port":2,"new":1}"#)
        try await until { list.ids == ["a", "b"] }
        try await redis.run("SET", "skein:s:c", "garbage")
        try await redis.run("SET", "skein:s:b", "garbage")
        try await until { list.ids == ["a"] }
        try await redis.run("FLUSHALL")
        let other = ServiceInstance(service: "s", id: "d", host: "10.0.0.4", port: 4)
        _ = try await registry.register(other, ttl: .seconds(600))
        // Who looked in between has seen an empty list, which is believed after 30 seconds.
        try await until(within: .seconds(90)) { list.ids == ["d"] }
    }

    @Test("who is written with another id under the same key has replaced who was there")
    func otherID() async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let redis = try RedisPeer(server)
        func write(_ id: String) async throws {
            try await redis.run("SET", "skein:s:a", #"{"service":"s","id":"\#(id)","host":"10.0.0.1","port":1}"#)
        }
        try await redis.run("ZADD", "skein:s", "9999999999999", "a")
        try await write("a")
        let list = try WatchedList("redis://\(server.address)/s", RedisServer.catalog)
        try await until { list.ids == ["a"] }
        for id in ["b", "c"] {
            try await write(id)
            try await until { list.instances?.map(\.id) == [id] }
        }
    }

    @Test("a text is read, and waited for until it changes", arguments: ["", "?resp=2"])
    func texts(version: String) async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let redis = try RedisPeer(server)
        let registry = try #require(try registry("redis://\(server.address)\(version)") as? any ServiceConfigStore)
        let none = try await registry.text(at: "conf")
        #expect(none.text == nil)
        for text in ["one", "two"] {
            let before = try await registry.text(at: "conf")
            let change = Task { try await redis.run("SET", "conf", text) }
            try await until("the change is not told") {
                try await registry.watchText(at: "conf", after: before.revision)
                return try await registry.text(at: "conf").text == text
            }
            _ = try await change.value
        }
    }

    @Test("a replica among the servers is passed over when something is written")
    func replica() async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(server.port)"])
        defer { replica.stop() }
        let registry = try registry("redis://\(replica.address),\(server.address)")
        for number in 1...4 {
            let instance = ServiceInstance(service: "s", host: "10.0.0.1", port: number)
            try await until { (try? await registry.register(instance, ttl: .seconds(60))) != nil }
        }
        try await until { try await registry.list("s").instances.count == 4 }
    }
}
