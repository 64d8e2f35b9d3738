// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("How instances are kept in Redis")
struct RedisLayoutTests {
    @Test("keys have the path, the service and the id; other services' keys do not start like them")
    func keys() {
        let layout = RedisLayout(path: "prod/eu")
        #expect(layout.index("greeter") == "prod/eu:greeter")
        #expect(layout.key("greeter", "10.0.0.7:443") == "prod/eu:greeter:10.0.0.7:443")
        #expect(RedisLayout(path: "").key("a:b", "c") == "skein:a%3Ab:c")
        #expect(!RedisLayout(path: "").key("a:b", "c").hasPrefix(RedisLayout(path: "").start("a")))
        #expect(RedisLayout(path: "").key("s", "a b/\"ü\"\n") == "skein:s:a%20b/%22%C3%BC%22%0A")
    }

    @Test("a plain list holds host:port; what else is in it is left out and named")
    func plainList() {
        let list: [RedisValue] = [.text("10.0.0.7:443"), .text("[::1]:1"), .text("no port"), .text("a"), .integer(3)]
        let (instances, odd) = RedisLayout.instances(of: "s", in: list)
        #expect(instances.map(\.address) == ["10.0.0.7:443", "[::1]:1"])
        #expect(instances.map(\.id) == ["10.0.0.7:443", "[::1]:1"])
        #expect(odd == ["no port", "a", ""])
    }

    @Test(
        "targets that make no sense are refused",
        arguments: [
            ("redis://h/s?layout=hash", "list for layout"), ("redis://h/s?resp=4", "2 or 3"),
            ("redis://h/s?db=x", "a number for db"), ("redis://h/s?bd=1", "bd"), ("redis://h", "a service"),
            ("redis+sentinel://h/s", "the master's name"), ("redis://h/s?tls=false&ca=x", "without TLS"),
        ])
    func targets(target: String, problem: String) {
        var catalog = RegistryCatalog(RedisRegistry<RedisNodes>.self)
        catalog.register(RedisRegistry<RedisSentinels>.self)
        do {
            _ = try WatchedList(target, catalog)
            Issue.record("accepted")
        } catch {
            #expect("\(error)".contains(problem), "\(error)")
        }
    }

    @Test("the sentinels' password stands in no description")
    func secrets() throws {
        let target = try Target("redis+sentinel://u:one@h/main/s?sentinel-user=u&sentinel-password=two")
        #expect(!"\(target)".contains("one") && !"\(target)".contains("two"), "\(target)")
    }

    @Test("an instance is the same after it was written and read")
    func records() throws {
        var instance = ServiceInstance(service: "s", id: "a\"b", host: "::1", port: 5)
        #expect(try InstanceRecord(json: InstanceRecord(instance).json().utf8).instance == instance)
        (instance.weight, instance.priority, instance.zone, instance.version) = (0, 3, "z", "1.2")
        (instance.tags, instance.metadata) = (["a,b", ""], ["k": "v\n", "": "🧵"])
        #expect(try InstanceRecord(json: InstanceRecord(instance).json().utf8).instance == instance)
        #expect(throws: (any Error).self) { try InstanceRecord(json: "{\"id\":3}".utf8) }
    }
}
