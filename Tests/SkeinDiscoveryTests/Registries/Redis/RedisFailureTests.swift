// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("Redis when something fails", .timeLimit(.minutes(10)))
struct RedisFailureTests {
    private func sentinel(of port: Int) async throws -> LocalServer {
        let server = try await LocalServer("redis-server", package: "redis-server") { directory, own in
            let config = """
                port \(own)
                bind 127.0.0.1
                dir \(directory)
                sentinel monitor main 127.0.0.1 \(port) 2
                sentinel down-after-milliseconds main 1000
                sentinel failover-timeout main 5000

                """
            try config.write(toFile: "\(directory)/sentinel.conf", atomically: true, encoding: .utf8)
            return ["\(directory)/sentinel.conf", "--sentinel"]
        }
        try await server.start()
        return server
    }

    @Test("the master is killed: its registrations and watchers go on at the replica that sentinels choose")
    func sentinels() async throws {
        let master = try await RedisServer.start()
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"])
        var sentinels: [LocalServer] = []
        for _ in 0..<3 { sentinels.append(try await sentinel(of: master.port)) }
        defer { for server in sentinels + [master, replica] { server.stop() } }
        // They find each other and the replica by way of the master.
        let peer = try RedisPeer(sentinels[0])
        try await until("the sentinels do not find each other", within: .seconds(120)) {
            let lines = try await peer.run("SENTINEL", "MASTER", "main")
            func value(_ name: String) -> String? {
                lines.firstIndex(of: name).flatMap { $0 + 1 < lines.count ? lines[$0 + 1] : nil }
            }
            return value("num-slaves") == "1" && value("num-other-sentinels") == "2"
        }
        let location = "redis+sentinel://\(sentinels.map(\.address).joined(separator: ","))/main"
        let registration = try Registration(
            in: location, service: "s",
            options: RegistrationOptions().with { ($0.advertise, $0.ttl) = ("10.9.9.9:99", .seconds(6)) },
            catalog: RedisServer.catalog)
        try await registration.didListen([.ipv4("127.0.0.1", port: 99)])
        let list = try WatchedList("\(location)/s", RedisServer.catalog)
        try await until { list.ids == ["10.9.9.9:99"] }
        await master.kill()
        let start = ContinuousClock.now
        let registry = try RedisServer.catalog.registry(location, RegistryContext())
        let other = ServiceInstance(service: "s", host: "10.0.0.2", port: 2)
        try await until("no failover", within: .seconds(120)) {
            (try? await registry.register(other, ttl: .seconds(60))) != nil
        }
        print("redis, master killed: written again after \(ContinuousClock.now - start)")
        try await until(within: .seconds(120)) { list.ids == ["10.9.9.9:99", "10.0.0.2:2"] }
        print("redis, master killed: seen by a watcher after \(ContinuousClock.now - start)")
        await registration.willDrain()
        try await until(within: .seconds(120)) { list.ids == ["10.0.0.2:2"] }
        await registration.didStop()
    }

    @Test("sentinels that know no such master, or are none, are an error that says so")
    func noMaster() async throws {
        let master = try await RedisServer.start()
        let sentinel = try await sentinel(of: master.port)
        defer { for server in [master, sentinel] { server.stop() } }
        for (place, problem) in [
            ("\(sentinel.address)/other", "knows no master"), ("\(master.address)/main", "SENTINEL"),
        ] {
            let registry = try RedisServer.catalog.registry("redis+sentinel://\(place)", RegistryContext())
            do {
                _ = try await registry.list("s")
                Issue.record("listed")
            } catch {
                #expect("\(error)".contains(problem), "\(error)")
            }
        }
    }

    @Test("TLS is used, and a server with an unknown certificate is refused")
    func tls() async throws {
        let server = try await LocalServer("redis-server", package: "redis-server") { directory, port in
            [
                "--port", "0", "--tls-port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", directory,
                "--tls-cert-file", "\(directory)/cert.pem", "--tls-key-file", "\(directory)/key.pem",
                "--tls-ca-cert-file", "\(directory)/cert.pem", "--tls-auth-clients", "no",
            ]
        }
        defer { server.stop() }
        let certificate = try await OwnCertificate(for: "redis.test", in: server.directory)
        try await server.start()
        let query = "tls=true&server-name=redis.test"
        let good = try RedisServer.catalog.registry(
            "redis://\(server.address)/x?\(query)&ca=\(certificate.authority)", RegistryContext())
        let instance = ServiceInstance(service: "s", host: "10.0.0.2", port: 2)
        _ = try await good.register(instance, ttl: .seconds(60))
        let seen = try await good.list("s").instances
        #expect(seen == [instance])
        await good.close()
        for bad in ["?\(query)", "?tls=true&ca=\(certificate.authority)", ""] {
            let registry = try RedisServer.catalog.registry("redis://\(server.address)/x\(bad)", RegistryContext())
            await #expect(throws: RPCError.self) { try await registry.list("s") }
        }
    }

    @Test("a server that takes connections and says nothing is an error within seconds, not for ever")
    func silence() async throws {
        let server = try await RedisServer.start()
        defer { server.stop() }
        let registry = try RedisServer.catalog.registry("redis://\(server.address)", RegistryContext())
        _ = try await registry.list("s")
        let peer = try RedisPeer(server)
        // The server sleeps, and answers nobody.
        let sleep = Task { try? await peer.run("DEBUG", "SLEEP", "12") }
        try await until("no list took too long") {
            do {
                _ = try await registry.list("s")
                return false
            } catch let error as RPCError {
                return error.code == .deadlineExceeded
            }
        }
        _ = await sleep.value
        try await until { (try? await registry.list("s")) != nil }
    }
}
