// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("Consul", .timeLimit(.minutes(5)))
struct ConsulTests {
    private func subject(_ agent: ConsulStandIn) -> RegistrySubject {
        var subject = RegistrySubject(RegistryCatalog(ConsulRegistry.self), "consul://\(agent.address)")
        subject.isLostAtExpiry = false
        subject.restart = { try await agent.restart() }
        return subject
    }

    private func registry(
        _ agents: [ConsulStandIn], _ query: String = "", user: String = ""
    ) throws -> ConsulRegistry {
        let hosts = agents.map(\.address).joined(separator: ",")
        let target = try RegistryTarget(Target("consul://\(user)\(hosts)\(query)", schemes: ["consul"]), defaultPort: 1)
        return try ConsulRegistry(target, RegistryContext(seed: 3))
    }

    @Test("the contract", arguments: RegistryContract.allCases)
    func contract(promise: RegistryContract) async throws {
        let agent = try await ConsulStandIn()
        try await promise.check(subject(agent))
        await agent.stop()
    }

    @Test("instances with a warning are left out unless they are asked for, and then weigh what they weigh warned")
    func states() async throws {
        let agent = try await ConsulStandIn()
        let (passing, all) = (try registry([agent]), try registry([agent], "?passing=false"))
        for number in 1...3 {
            var instance = ServiceInstance(service: "greeter", id: "g\(number)", host: "10.0.0.1", port: number)
            instance.weight = 9
            _ = try await passing.register(instance, ttl: .seconds(60))
        }
        agent.state.withLock { state in
            state.set("warning", ofCheck: "service:g2")
            state.set("critical", ofCheck: "service:g3")
        }
        let listed = try await passing.list("greeter").instances
        #expect(listed.map(\.id) == ["g1"])
        let more = try await all.list("greeter").instances
        #expect(more.map(\.id) == ["g1", "g2"])
        #expect(more.map(\.weight) == [9, 1])
        await passing.close()
        await all.close()
        await agent.stop()
    }

    @Test("an instance in maintenance mode is gone until that ends")
    func maintenance() async throws {
        let agent = try await ConsulStandIn()
        let registry = try registry([agent], "?drain=maintenance")
        let instance = ServiceInstance(service: "greeter", id: "g/1", host: "10.0.0.1", port: 1)
        let lease = try await registry.register(instance, ttl: .seconds(60))
        try await registry.deregister(lease, of: instance)
        var ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids.isEmpty)
        #expect(agent.state.withLock { $0.services["g/1"]?.checks.count } == 2)
        _ = try await registry.register(instance, ttl: .seconds(60))
        ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids == ["g/1"])
        await registry.close()
        await agent.stop()
    }

    @Test("a datacenter without instances, or out of reach, is fallen back from, and gone back to")
    func datacenters() async throws {
        let other = try await ConsulStandIn { $0.datacenter = "dc2" }
        let elsewhere = try registry([other])
        _ = try await elsewhere.register(
            ServiceInstance(service: "greeter", id: "far", host: "10.2.0.1", port: 1), ttl: .seconds(60))
        let services = other.state.withLock(\.services)
        let agent = try await ConsulStandIn { $0.others = ["dc2": services] }
        let near = try registry([agent])
        let both = try registry([agent], "?dc=nowhere,dc1,dc2")
        let far = try await both.list("greeter")
        #expect(far.instances.map(\.id) == ["far"])
        #expect(far.note.contains("No path to datacenter"))
        #expect(far.revision.text.hasPrefix("nowhere=,dc1="))
        let list = try WatchedList(
            "consul://\(agent.address)/greeter?dc=dc1,dc2", RegistryCatalog(ConsulRegistry.self))
        try await until { list.ids == ["far"] }
        _ = try await near.register(
            ServiceInstance(service: "greeter", id: "near", host: "10.1.0.1", port: 1), ttl: .seconds(60))
        // What is far is kept for a while, as after any list that shrinks.
        try await until { list.ids?.contains("near") == true }
        let error = await #expect(throws: RPCError.self) {
            try await registry([agent], "?dc=nowhere").list("greeter")
        }
        #expect(error?.message.contains("status 500: No path to datacenter") == true)
        for registry in [elsewhere, near, both] { await registry.close() }
        await agent.stop()
        await other.stop()
    }

    @Test("a token is sent, however it is given; without one an empty list says so, and registering is refused")
    func tokens() async throws {
        let agent = try await ConsulStandIn { state in
            (state.defaultDeny, state.tokens) = (true, ["s3cret": .write, "looker": .read])
        }
        let instance = ServiceInstance(service: "greeter", id: "g1", host: "10.0.0.1", port: 1)
        let writer = try registry([agent], "?token=s3cret")
        _ = try await writer.register(instance, ttl: .seconds(60))
        let (none, reader) = (try registry([agent]), try registry([agent], user: "looker@"))
        let hidden = try await none.list("greeter")
        #expect(hidden.instances.isEmpty)
        #expect(hidden.note.contains("there is none"))
        let seen = try await reader.list("greeter")
        #expect(seen.instances.map(\.id) == ["g1"])
        let refused = await #expect(throws: RPCError.self) { try await reader.register(instance, ttl: .seconds(60)) }
        #expect(refused?.code == .permissionDenied)
        #expect(refused?.message.contains("Permission denied: Missing service:write on greeter") == true)
        #expect(refused?.message.contains("PUT /v1/agent/service/register at 127.0.0.1") == true)
        let wrong = try registry([agent], "?token=hunter2")
        let unknown = await #expect(throws: RPCError.self) { try await wrong.list("greeter") }
        #expect(unknown?.message.contains("status 403: ACL not found") == true)
        #expect(unknown?.message.contains("hunter2") == false)
        for registry in [writer, none, reader, wrong] { await registry.close() }
        await agent.stop()
    }

    @Test("a lease belongs to its agent; when that is gone the instance is registered with another one")
    func severalAgents() async throws {
        let agents = [try await ConsulStandIn(), try await ConsulStandIn()]
        let registry = try registry(agents)
        let instance = ServiceInstance(service: "greeter", id: "g1", host: "10.0.0.1", port: 1)
        let lease = try await registry.register(instance, ttl: .seconds(60))
        let renewal = try await registry.renew(lease, of: instance, ttl: .seconds(60))
        #expect(renewal == .renewed)
        let holder = try #require(agents.first { $0.address == lease.text })
        await holder.stop()
        await #expect(throws: RPCError.self) { try await registry.renew(lease, of: instance, ttl: .seconds(60)) }
        let next = try await registry.register(instance, ttl: .seconds(60))
        #expect(next != lease)
        let ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids == ["g1"])
        await registry.close()
        for agent in agents { await agent.stop() }
    }

    @Test("without a leader the last list holds, and the status says why; with a new one the watch goes on")
    func noLeader() async throws {
        let agent = try await ConsulStandIn()
        let registry = try registry([agent])
        let observer = StatusObserver()
        func register(_ id: String) async throws {
            let instance = ServiceInstance(service: "greeter", id: id, host: "10.0.0.1", port: 1)
            _ = try await registry.register(instance, ttl: .seconds(300))
        }
        try await register("g1")
        var catalog = RegistryCatalog(ConsulRegistry.self)
        catalog.options.observer = observer
        let list = try WatchedList("consul://\(agent.address)/greeter?wait=1", catalog)
        try await until { list.ids == ["g1"] }
        agent.state.withLock { $0.outage = .noLeader }
        try await until { observer.all.last?.failure?.contains("No cluster leader") == true }
        #expect(observer.all.last?.unreachableFor != nil)
        // The agent takes it, and tells the servers when they have a leader.
        try await register("g2")
        #expect(list.ids == ["g1"])
        agent.state.withLock { $0.outage = nil }
        try await until { list.ids == ["g1", "g2"] }
        try await until { observer.all.last?.unreachableFor == nil }
        await registry.close()
        await agent.stop()
    }

    @Test("an agent that answers at once instead of waiting is asked once in a second")
    func impatientAgent() async throws {
        let agent = try await ConsulStandIn { $0.ignoresWait = true }
        let clock = TestClock()
        let target = try RegistryTarget(Target("consul://\(agent.address)", schemes: ["consul"]), defaultPort: 1)
        let registry = try ConsulRegistry(target, RegistryContext(clock: clock, seed: 3))
        let revision = try await registry.list("greeter").revision
        let watch = Task { try await registry.watch("greeter", after: revision, ChangeFeed { _ in }) }
        for count in 2...5 {
            await clock.somebodySleeps()
            #expect(agent.state.withLock(\.queries) == count)
            #expect(clock.untilNext == .seconds(1))
            clock.advance(by: .seconds(1))
            // Then the pause that follows each answer.
            await clock.somebodySleeps()
            clock.advance(by: ConsulRegistry.pause)
        }
        watch.cancel()
        _ = await watch.result

        agent.store("{}", at: "configs/greeter")
        let before = try await registry.text(at: "configs/greeter").revision
        let config = Task { try await registry.watchText(at: "configs/greeter", after: before) }
        for _ in 0..<4 {
            await clock.somebodySleeps()
            #expect(clock.untilNext == .seconds(1))
            clock.advance(by: .seconds(1))
        }
        config.cancel()
        _ = await config.result
        await registry.close()
        await agent.stop()
    }

    @Test("a service config under a key is read, and read again when it changes")
    func config() async throws {
        let agent = try await ConsulStandIn { $0.store("{}", at: "configs/greeter") }
        let registry = try registry([agent], "?config=configs/greeter")
        let first = try await registry.text(at: "configs/greeter")
        #expect(first.text == "{}")
        async let change: Void = registry.watchText(at: "configs/greeter", after: first.revision)
        agent.store(#"{"a":1}"#, at: "configs/greeter")
        try await change
        let second = try await registry.text(at: "configs/greeter")
        #expect(second.text == #"{"a":1}"#)
        #expect(second.revision != first.revision)
        agent.store(nil, at: "configs/greeter")
        let third = try await registry.text(at: "configs/greeter")
        #expect(third.text == nil)
        await registry.close()
        await agent.stop()
    }

    @Test(
        "an index that goes back ends the watch; one that stays is no news",
        arguments: [
            (10, 11, ConsulIndex.Step.news), (10, 10, .nothing), (10, 9, .reset), (10, 0, .reset), (0, 5, .news),
        ] as [(UInt64, UInt64, ConsulIndex.Step)])
    func index(before: UInt64, answer: UInt64, step: ConsulIndex.Step) {
        var index = ConsulIndex(before)
        #expect(index.canWait == (before > 0))
        #expect(index.answered(answer) == step)
        #expect(index.answered(nil) == .reset)
    }

    @Test("every kind of check is written as the agent wants it")
    func checks() throws {
        let cases: [(HealthCheck.Probe, String)] = [
            (.http(url: "http://a/h"), #""HTTP":"http://a/h""#), (.tcp(address: "a:1"), #""TCP":"a:1""#),
            (.grpc(address: "a:1/s", tls: true), #""GRPC":"a:1/s","GRPCUseTLS":true"#),
            (.script(arguments: ["/x", "-y"]), #""Args":["/x","-y"]"#),
        ]
        for (probe, text) in cases {
            var instance = ServiceInstance(service: "s", id: "i", host: "h", port: 1)
            instance.healthCheck = HealthCheck(probe, timeout: .milliseconds(500))
            let body = ConsulLayout.registration(of: instance, ttl: .seconds(15), ConsulQuery())
            let checks = try #require(body["Checks"]?.items)
            #expect(checks[0]["TTL"]?.text == "15000ms")
            #expect(checks[0]["DeregisterCriticalServiceAfter"]?.text == "60000ms")
            #expect(checks[1].description.contains(text))
            #expect(checks[1]["Interval"]?.text == "10000ms")
            #expect(checks[1]["Timeout"]?.text == "500ms")
        }
    }

    @Test(
        "how a check stands at first, and when it removes the instance, is sent by Consul's names, or left to Consul",
        arguments: [
            (nil, nil, nil, nil), (.passing, nil, "passing", nil),
            (.warning, .seconds(5400), "warning", "5400000ms"), (.critical, .seconds(60), "critical", "60000ms"),
        ] as [(HealthCheck.Status?, Duration?, String?, String?)])
    func checkStanding(
        status: HealthCheck.Status?, time: Duration?, sentStatus: String?, sentTime: String?
    ) async throws {
        let agent = try await ConsulStandIn()
        let registry = try registry([agent])
        var instance = ServiceInstance(service: "greeter", id: "g1", host: "10.0.0.1", port: 1)
        instance.healthCheck = HealthCheck(
            .tcp(address: "10.0.0.1:1"), initialStatus: status, deregisterAfter: time)
        _ = try await registry.register(instance, ttl: .seconds(60))
        let checks = agent.state.withLock { $0.services["g1"]?.checks } ?? []
        let sent = try #require(checks.last?.body)
        #expect(sent["TCP"]?.text == "10.0.0.1:1")
        #expect(sent["Status"]?.text == sentStatus)
        #expect(sent["DeregisterCriticalServiceAfter"]?.text == sentTime)
        let ids = try await registry.list("greeter").instances.map(\.id)
        #expect(ids == (status == .passing ? ["g1"] : []))
        await registry.close()
        await agent.stop()
    }

    @Test(
        "what an agent answers is read, and what makes no sense is left out or named",
        arguments: [
            (#"[]"#, []),
            (#"[{"Service":{"ID":"a","Port":1,"Address":""},"Node":{"Address":"10.0.0.9"}}]"#, ["a 10.0.0.9:1"]),
            (#"[{"Service":{"ID":"a","Port":1}},{"Node":{}},7,null,{"Service":{"ID":"b","Address":"h"}}]"#, []),
            (#"[{"Service":{"ID":"a","Port":1,"Address":"h","Weights":{"Passing":0}}}]"#, []),
            (#"[{"Service":{"ID":"a","Port":1,"Address":"h"},"Checks":[{"Status":"what?"}]}]"#, []),
            (
                #"[{"Service":{"ID":"a","Port":1,"Address":"x"},"Checks":[{"Status":"warning"}]},"#
                    + #"{"Service":{"ID":"a","Port":1,"Address":"y"},"Checks":[{"Status":"passing"}]}]"#, ["a y:1"]
            ),
        ])
    func reading(answer: String, expected: [String]) throws {
        let instances = try ConsulLayout.instances(of: JSONValue(parsing: answer), service: "s")
        #expect(instances.map { "\($0.id) \($0.address)" } == expected)
        #expect(throws: RPCError.self) { try ConsulLayout.instances(of: JSONValue(parsing: "{}"), service: "s") }
    }

    @Test(
        "wrong parameters are named",
        arguments: [
            ("consul://h/s?wait=0", "1 to 600 seconds"), ("consul://h/s?passing=maybe", "true or false for passing"),
            ("consul://h/s?stale&consistent", "stale or consistent"),
            ("consul://h/s?drain=x", "deregister or maintenance"),
            ("consul://h/a/s", "one service"), ("consul://h/s?tags=x", "tags"), ("consul://u@h/s?token=t", "one token"),
        ])
    func wrongTargets(text: String, expected: String) throws {
        let catalog = RegistryCatalog(ConsulRegistry.self)
        let error = #expect(throws: ConfigurationError.self) {
            try catalog.service(Target(text, schemes: ["consul"]), RegistryContext())
        }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }
}
