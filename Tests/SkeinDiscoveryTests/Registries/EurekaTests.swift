// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("Eureka", .timeLimit(.minutes(5)))
struct EurekaTests {
    private let catalog = RegistryCatalog(EurekaRegistry.self)

    private func subject(_ server: EurekaStandIn) -> RegistrySubject {
        let location = "eureka://\(server.address)/eureka/v2?poll=0.2"
        var subject = RegistrySubject(catalog, location)
        subject.target = { "\(location)&app=\($0)" }
        subject.restart = { try await server.restart() }
        return subject
    }

    private func registry(_ server: EurekaStandIn, _ query: String = "") throws -> EurekaRegistry {
        let target = try Target("eureka://\(server.address)\(query)", schemes: ["eureka"])
        return try EurekaRegistry(RegistryTarget(target, defaultPort: 1), RegistryContext(seed: 3))
    }

    private func instance(_ number: Int) -> ServiceInstance {
        ServiceInstance(service: "greeter", id: "g\(number)", host: "10.0.0.1", port: number)
    }

    @Test("the contract", arguments: RegistryContract.allCases)
    func contract(promise: RegistryContract) async throws {
        let server = try await EurekaStandIn()
        try await promise.check(subject(server))
        await server.stop()
    }

    @Test("deltas are merged while their hash fits, else everything is fetched")
    func deltas() async throws {
        let server = try await EurekaStandIn()
        let registry = try registry(server, "/eureka/v2")
        _ = try await registry.register(instance(1), ttl: .seconds(60))
        let list = try WatchedList(subject(server).target("greeter"), catalog)
        try await until { list.ids == ["g1"] }
        func fulls() -> Int { server.state.withLock { $0.requests.count { $0 == "GET eureka/v2/apps" } } }
        func deltas() -> Int { server.state.withLock { $0.requests.count { $0 == "GET eureka/v2/apps/delta" } } }
        try await until { fulls() == 1 && deltas() >= 2 }
        _ = try await registry.register(instance(2), ttl: .seconds(60))
        try await until { list.ids == ["g1", "g2"] }
        #expect(fulls() == 1)
        server.state.withLock { $0.droppedDeltas = 1 }
        _ = try await registry.register(instance(3), ttl: .seconds(60))
        try await until { list.ids == ["g1", "g2", "g3"] }
        #expect(fulls() >= 2)
        server.state.withLock { ($0.droppedDeltas, $0.forgedHash) = (0, "UP_99_") }
        let before = fulls()
        try await until { fulls() >= before + 2 }
        #expect(list.ids == ["g1", "g2", "g3"])
        await registry.close()
        await server.stop()
    }

    @Test("what an operator says about an instance counts, and a renewal does not undo it")
    func overrides() async throws {
        let server = try await EurekaStandIn()
        let registry = try registry(server)
        let leases = [
            try await registry.register(instance(1), ttl: .seconds(60)),
            try await registry.register(instance(2), ttl: .seconds(60)),
        ]
        let isSet = server.state.withLock { $0.override("GREETER", "g1", "OUT_OF_SERVICE") }
        #expect(isSet)
        let renewal = try await registry.renew(leases[0], of: instance(1), ttl: .seconds(60))
        #expect(renewal == .renewed)
        var ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids == ["g2"])
        _ = server.state.withLock { $0.override("GREETER", "g1", nil) }
        ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids == ["g1", "g2"])
        await registry.close()
        await server.stop()
    }

    @Test("a server that protects itself keeps what does not renew, and a renewal goes on as if nothing had been")
    func selfPreservation() async throws {
        let server = try await EurekaStandIn { $0.protectsItself = true }
        let registry = try registry(server)
        let lease = try await registry.register(instance(1), ttl: .seconds(1))
        try await Task.sleep(for: .seconds(3))
        let ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids == ["g1"])
        let renewal = try await registry.renew(lease, of: instance(1), ttl: .seconds(1))
        #expect(renewal == .renewed)
        await registry.close()
        await server.stop()
    }

    @Test(
        "an instance of another client is read as it is written",
        arguments: [
            (
                #"{"instanceId":"a","hostName":"h","ipAddr":"10.0.0.1","port":{"$":5,"@enabled":"true"},"status":"UP"}"#,
                "a 10.0.0.1:5"
            ),
            (#"{"hostName":"h","port":{"$":"5"},"status":"UP"}"#, "h h:5"),
            (#"{"hostName":"h","port":7,"status":"UP"}"#, "h h:7"),
            (
                #"{"instanceId":"a","hostName":"h","port":{"$":5,"@enabled":"false"},"#
                    + #""securePort":{"$":443,"@enabled":"true"},"status":"UP"}"#, "a h:443"
            ),
            (#"{"instanceId":"a","hostName":"h","port":{"$":5},"status":"STARTING"}"#, nil),
            (#"{"instanceId":"a","port":{"$":5},"status":"UP"}"#, nil), (#"{"status":"UP"}"#, nil), ("[]", nil),
        ] as [(String, String?)])
    func reading(record: String, expected: String?) throws {
        let instance = EurekaLayout.instance(of: try JSONValue(parsing: record), service: "s")
        #expect(instance.map { "\($0.id) \($0.address)" } == expected)
    }

    @Test("one element may stand for an array of it; what makes no sense is an error")
    func applications() throws {
        let one = #"{"name":"S","instance":{"instanceId":"a","hostName":"h","port":{"$":5},"status":"UP"}}"#
        for list in [one, "[\(one)]"] {
            let text = #"{"applications":{"apps__hashcode":"UP_1_","application":\#(list)}}"#
            var all = try EurekaApplications(full: JSONValue(parsing: text))
            #expect(all.instances(of: "s").map(\.id) == ["a"])
            #expect(all.hash == "UP_1_")
            let isWhole = try all.merge(delta: JSONValue(parsing: #"{"applications":{"apps__hashcode":"UP_2_"}}"#))
            #expect(!isWhole)
        }
        for wrong in ["{}", "[]", "7", #"{"applications":3}"#] {
            #expect(throws: RPCError.self) { try EurekaApplications(full: JSONValue(parsing: wrong)) }
        }
    }

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    @Test("py-eureka-client and this see each other come, stay and go")
    func python() async throws {
        let server = try await EurekaStandIn()
        let peer = try PythonPeer.start(
            "eureka_peer.py", ["http://\(server.address)/eureka/v2", "pygreeter", "greeter"])
        let lines = Lines()
        let output = peer.lines
        let reading = Task { for await line in output { lines.all.withLock { $0.append(line) } } }
        func said(_ line: String, after count: Int = 0) -> Bool {
            lines.all.withLock { $0.dropFirst(count).contains(line) }
        }
        let list = try WatchedList(subject(server).target("pygreeter"), catalog)
        try await until(within: .seconds(60)) { said("registered") }
        try await until { list.instances?.map(\.address) == ["10.8.0.1:8080"] }
        #expect(list.instances?.first?.zone == "z9")
        #expect(list.instances?.first?.version == "3")
        let registry = try registry(server)
        let lease = try await registry.register(instance(1), ttl: .seconds(60))
        try await until(within: .seconds(90)) { said("seen g1@10.0.0.1:1") }
        let before = lines.all.withLock(\.count)
        try await registry.deregister(lease, of: instance(1))
        try await until(within: .seconds(90)) { said("seen", after: before) }
        peer.terminate()
        try await until(within: .seconds(60)) { said("left") }
        try await until { try await registry.list("pygreeter").instances.isEmpty }
        #expect(!lines.all.withLock(\.self).contains { $0.hasPrefix("error") }, "\(lines.all.withLock(\.self))")
        peer.kill()
        reading.cancel()
        await registry.close()
        await server.stop()
    }

    @Test(
        "wrong parameters are named",
        arguments: [
            ("eureka://h/eureka", "?app=NAME"), ("eureka://h?app=a&poll=0", "seconds for poll"),
            ("eureka://h?app=a&pol=1", "pol"),
        ])
    func wrongTargets(text: String, expected: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try catalog.service(Target(text, schemes: ["eureka"]), RegistryContext())
        }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }
}
