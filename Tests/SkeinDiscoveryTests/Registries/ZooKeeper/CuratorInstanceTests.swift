// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("Curator's instances")
struct CuratorInstanceTests {
    private func read(_ text: String) throws -> CuratorInstance? {
        try CuratorInstance(parsing: text, of: "greeter", node: "node")
    }

    @Test("what Curator 5.4 writes is read")
    func curator() throws {
        let text = """
            {"name":"greeter","id":"4ab1","address":"10.0.0.7","port":50051,"sslPort":null,
             "payload":{"@class":"java.util.HashMap","team":"orders","n":3},"registrationTimeUTC":1700000000000,
             "serviceType":"DYNAMIC","uriSpec":{"parts":[{"value":"address","variable":true}]}}
            """
        let found = try #require(try read(text))
        var expected = ServiceInstance(service: "greeter", id: "4ab1", host: "10.0.0.7", port: 50051)
        expected.metadata = ["team": "orders", "n": "3"]
        #expect(found.instance == expected)
        #expect(found.isEnabled)
    }

    @Test("one without a payload is written without one, one with everything comes back")
    func ours() throws {
        var instance = ServiceInstance(service: "greeter", host: "10.0.0.7", port: 1)
        let plain = CuratorInstance(instance).json(registered: 5)
        #expect(plain.contains(#""payload":null"#))
        #expect(try read(plain)?.instance == instance)
        (instance.weight, instance.priority, instance.zone, instance.version) = (7, 2, "eu", "1")
        instance.tags = ["a,b", "c=d", ""]
        instance.metadata = ["skein.zone": "x", "@class": "y", "skein.skein.a": "z", "n\"": "\n🧵", "": ""]
        let text = CuratorInstance(instance).json(registered: 5)
        #expect(text.contains(#""@class":"java.util.HashMap""#))
        #expect(try read(text)?.instance == instance)
    }

    @Test(
        "odd ones are read as far as they go",
        arguments: [
            (#"{"address":"h","port":null,"sslPort":443}"#, 443, true),
            (#"{"address":"h","port":1,"enabled":false}"#, 1, false),
            (#"{"address":"h","port":1,"payload":"text"}"#, 1, true),
            (#"{"address":"h","port":1,"payload":[1]}"#, 1, true),
            (#"{"address":"h","port":1,"payload":{"skein.weight":"-1","skein.tags":"["}}"#, 1, true),
        ])
    func odd(text: String, port: Int, isEnabled: Bool) throws {
        let found = try #require(try read(text))
        #expect(found.instance.port == port)
        #expect(found.isEnabled == isEnabled)
        #expect(found.instance.id == "node")
    }

    @Test("what is no instance is refused", arguments: ["", "[]", "{", #"{"port":1}"#, #"{"address":7,"port":1}"#])
    func garbage(text: String) { #expect(throws: ConfigurationError.self) { try read(text) } }

    @Test("an instance without a port is none")
    func noPort() throws { #expect(try read(#"{"address":"h","port":null}"#) == nil) }

    @Test("any text becomes the name of a node, and no two the same")
    func names() {
        let texts = ["a", "a/b", "a%2Fb", ".", "..", "a\u{0}", "é", "🧵", "10.0.0.7:1", "[::1]:1", "\u{fff0}", "\u{85}"]
        let names = texts.map(ZooKeeperLayout.name)
        #expect(Set(names).count == texts.count)
        #expect(names[1] == "a%2Fb" && names[2] == "a%252Fb" && names[4] == "%2E%2E" && names[6] == "é")
        #expect(names.allSatisfy { !$0.contains("/") })
        #expect(ZooKeeperLayout(path: "").service("s") == "/services/s")
        #expect(ZooKeeperLayout.parents(of: "/a/b/c") == ["/a", "/a/b"])
    }
}
