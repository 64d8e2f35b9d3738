// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("targets of service registries")
struct RegistryTargetTests {
    private func target(_ text: String) throws -> RegistryTarget {
        try RegistryTarget(try Target(text), defaultPort: 2379)
    }

    @Test(
        "hosts, ports and the path are taken apart",
        arguments: [
            ("etcd://a", ["a:2379"], ""), ("etcd://a:1,b,[::1]:3/x/y", ["a:1", "b:2379", "[::1]:3"], "x/y"),
            ("etcd:///only/path/", [], "only/path"), ("etcd://u:p@a,b/s", ["a:2379", "b:2379"], "s"),
            ("etcd://10.0.0.1:7//s", ["10.0.0.1:7"], "s"),
        ])
    func parts(text: String, nodes: [String], path: String) throws {
        let target = try target(text)
        #expect(target.nodes.map(\.description) == nodes)
        #expect(target.path == path)
    }

    @Test(
        "a user and a password may stand before the hosts",
        arguments: [
            ("etcd://a/s", nil, nil), ("etcd://u@a/s", "u", nil), ("etcd://u:p:q@a/s", "u", "p:q"),
            ("etcd://:p@a/s", "", "p"), ("etcd://u:p%40w%2F@a/s", "u", "p@w/"),
        ] as [(String, String?, String?)])
    func credentials(text: String, user: String?, password: String?) throws {
        let target = try target(text)
        #expect(target.user == user)
        #expect(target.password == password)
        #expect(target.nodes.map(\.host) == ["a"])
    }

    @Test("the service is the last part of the path")
    func service() throws {
        let (location, service) = try target("etcd://a/x/y/greeter?z=1").splittingLastPart()
        #expect(service == "greeter")
        #expect(location.path == "x/y")
        #expect(location.query == ["z": "1"])
        let error = #expect(throws: ConfigurationError.self) { try target("etcd://a/").splittingLastPart() }
        #expect(error?.message.contains("a service as the last part of the path") == true)
    }

    @Test(
        "a wrong host is named",
        arguments: [
            ("etcd://a,,b/s", "\"\""), ("etcd://a:x/s", "\"a:x\""), ("etcd://a b/s", "a b"), ("etcd://a,/s", "\"\""),
        ])
    func wrongHosts(text: String, place: String) {
        let error = #expect(throws: ConfigurationError.self) { try target(text) }
        #expect(error?.message.contains(place) == true)
    }

    @Test(
        "no password and no token stands in a description or an error",
        arguments: [
            "etcd://user:hunter2@a/s", "etcd://hunter2@a/s?x=1", "etcd://:hunter2@a,b/s", "etcd://a/s?token=hunter2",
            "etcd://a/s?x=1&Password=hunter2&y=2", "etcd://u:hunter2@a:bad/s", "etcd://u:hunter2%zz@a/s",
            "etcd://u:hunter2@a/s#x", "etcd://u:hunter2%40a/s", "etcd://u:hunter2@a/s?q=%zz&token=hunter2",
            "etcd://u:hunter2/x@a/s", "etcd://u:x/hunter2@a/s", "etcd://u:x?hunter2@a/s", "etcd://u:x#hunter2@a/s",
            "etcd://a/s?%74oken=hunter2", "etcd:u:hunter2@a/s", "etcd://a/s?server=https://u:hunter2@b/",
        ])
    func secrets(text: String) {
        var shown: [String] = []
        do {
            let target = try target(text)
            shown = ["\(target)", target.error("x").message, "\(try Target(text))"]
            do { try target.allowQuery([]) } catch { shown.append(error.message) }
            shown.append(try Target(text).error(expected: "y").message)
        } catch {
            shown.append("\(error)")
        }
        for text in shown { #expect(!text.contains("hunter2"), "\(text)") }
    }

    @Test("what is no secret is shown")
    func shown() throws {
        #expect("\(try target("etcd://u:p@a:1,b/s?dc=x&token=t"))" == "etcd://***@a:1,b/s?dc=x&token=***")
        #expect("\(try target("etcd://a/s@t?x=a@b"))" == "etcd://a/s@t?x=a@b")
        #expect("\(try Target("unix:/run/a@b"))" == "unix:/run/a@b")
    }

    @Test("TLS is asked for by its parameters")
    func tls() throws {
        #expect(try RegistryTLS.of(target("etcd://a/s")) == nil)
        #expect(try RegistryTLS.of(target("etcd://a/s?tls=false")) == nil)
        #expect(try RegistryTLS.of(target("etcd://a/s?tls")) == RegistryTLS())
        #expect(try RegistryTLS.of(target("etcd://a/s?ca=/x.pem"))?.caFile == "/x.pem")
        for wrong in ["?tls=maybe", "?cert=/a", "?key=/a", "?tls=false&ca=/x"] {
            #expect(throws: ConfigurationError.self) { try RegistryTLS.of(target("etcd://a/s\(wrong)")) }
        }
    }
}
