// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinResolution
import TestSupport
import Testing

/// Targets `dns:` and `dns+srv:` against a real name server.
@Suite("names by bind9", .timeLimit(.minutes(5)))
struct BindTests {
    @Test("a name's addresses change when the server's do, after the time that answers hold")
    func updates() async throws {
        let bind = try await BindServer(["greeter IN A 127.0.0.1"])
        let followed = try FollowedTarget(bind.target("greeter.test:50051"))
        try await until { followed.endpoints == ["127.0.0.1:50051 1 0"] }
        try await bind.update(["add greeter.test 5 A 127.0.0.2", "add greeter.test 5 AAAA ::1"])
        let both = ["127.0.0.1:50051 1 0", "127.0.0.2:50051 1 0", "[::1]:50051 1 0"]
        try await until { followed.endpoints == both }
        try await bind.update(["delete greeter.test A 127.0.0.1"])
        try await until { followed.endpoints?.first == "127.0.0.1:50051 1 0 kept" }
        try await until("never dropped", within: .seconds(60)) { followed.endpoints == Array(both.dropFirst()) }
        #expect(followed.failures.isEmpty)
        bind.stop()
    }

    @Test("SRV records have ports, priorities and weights; what is removed is gone; an unavailable service is told")
    func services() async throws {
        let bind = try await BindServer([
            "_grpc._tcp.greeter IN SRV 0 60 50051 s1", "_grpc._tcp.greeter IN SRV 0 40 50052 s2",
            "_grpc._tcp.greeter IN SRV 20 0 50053 s3", "s1 IN A 127.0.0.1", "s1 IN AAAA ::1", "s2 IN A 127.0.0.2",
            "s3 IN CNAME s2", "_grpc._tcp.none IN SRV 0 0 0 .",
        ])
        let followed = try FollowedTarget(bind.target("greeter.test", scheme: "dns+srv"))
        try await until {
            followed.endpoints == ["127.0.0.1:50051,[::1]:50051 60 0", "127.0.0.2:50052 40 0", "127.0.0.2:50053 1 20"]
        }
        try await bind.update([
            "delete _grpc._tcp.greeter.test SRV 0 60 50051 s1.test",
            "delete _grpc._tcp.greeter.test SRV 20 0 50053 s3.test",
            "add _grpc._tcp.greeter.test 5 SRV 1 7 50051 s1.test",
        ])
        try await until {
            followed.endpoints == ["127.0.0.1:50051,[::1]:50051 7 1", "127.0.0.2:50052 40 0"]
        }
        let none = try FollowedTarget(bind.target("_grpc._tcp.none.test", scheme: "dns+srv"))
        try await until { none.failures.contains { $0.message.contains("not available") } }
        bind.stop()
    }

    @Test(
        "answers of any size arrive whole", arguments: [(20, "small"), (60, "medium"), (200, "large"), (2000, "huge")])
    func sizes(count: Int, name: String) async throws {
        let records = (0..<count).map { "\(name) IN A 10.0.\($0 / 250).\($0 % 250 + 1)" }
        let services = (0..<min(count, 200)).flatMap {
            ["_grpc._tcp.\(name) IN SRV 0 1 \(50_000 + $0) s\($0).\(name)", "s\($0).\(name) IN A 10.1.0.\($0 + 1)"]
        }
        let bind = try await BindServer(records + services)
        let hosts = try FollowedTarget(bind.target("\(name).test:1"))
        let servers = try FollowedTarget(bind.target("\(name).test", scheme: "dns+srv"))
        try await until("\(hosts.endpoints?.count ?? 0)") { Set(hosts.endpoints ?? []).count == count }
        try await until("\(servers.endpoints?.count ?? 0)") { Set(servers.endpoints ?? []).count == min(count, 200) }
        #expect(hosts.failures.isEmpty && servers.failures.isEmpty)
        bind.stop()
    }

    @Test("aliases are followed")
    func aliases() async throws {
        let bind = try await BindServer(["greeter IN A 127.0.0.1", "b IN CNAME greeter", "a IN CNAME b"])
        let followed = try FollowedTarget(bind.target("a.test:1"))
        try await until { followed.endpoints == ["127.0.0.1:1 1 0"] }
        bind.stop()
    }

    @Test("a service config in a TXT record is used when the target asks for it, and follows the record")
    func configs() async throws {
        func record(_ policy: String, _ criteria: String = "") -> String {
            let padding = String(repeating: "x", count: 600)
            let text =
                #"grpc_config=[{"clientLanguage":["java"],"serviceConfig":{}},{\#(criteria)"serviceConfig":{"x":"\#(padding)","#
                + #""loadBalancingConfig":[{"\#(policy)":{}}]}}]"#
            let pieces = stride(from: 0, to: text.count, by: 200).map { String(text.dropFirst($0).prefix(200)) }
            return pieces.map { "\"\($0.replacing("\"", with: "\\\""))\"" }.joined(separator: " ")
        }
        let bind = try await BindServer([
            "greeter IN A 127.0.0.1", "_grpc_config.greeter IN TXT \(record("round_robin"))",
            "_grpc._tcp.orders IN SRV 0 0 1 greeter", "_grpc_config._grpc._tcp.orders IN TXT \(record("random"))",
        ])
        func policy(_ followed: FollowedTarget) -> String? {
            guard case .success(let config)? = followed.resolution?.serviceConfig else { return nil }
            return config.loadBalancing.first?.policy
        }
        let plain = try FollowedTarget(bind.target("greeter.test:1"))
        let followed = try FollowedTarget(bind.target("greeter.test:1?config=txt"))
        let service = try FollowedTarget(bind.target("orders.test?config=txt", scheme: "dns+srv"))
        try await until { policy(followed) == "round_robin" && policy(service) == "random" && plain.resolution != nil }
        #expect(plain.resolution?.serviceConfig == nil)
        try await bind.update([
            "delete _grpc_config.greeter.test TXT", "add _grpc_config.greeter.test 5 TXT \(record("random"))",
        ])
        try await until { policy(followed) == "random" }
        try await bind.update([
            "delete _grpc_config.greeter.test TXT",
            "add _grpc_config.greeter.test 5 TXT \(record("a", #""colour":1,"#))",
        ])
        try await until {
            guard case .failure(let error)? = followed.resolution?.serviceConfig else { return false }
            return error.message.contains("read the TXT record of _grpc_config.greeter.test")
                && error.message.contains("colour")
        }
        bind.stop()
    }

    @Test("a name that is not there, one without addresses, and a server that refuses are told apart")
    func denials() async throws {
        let bind = try await BindServer(["greeter IN TXT x"])
        for (target, part) in [
            (bind.target("nobody.test:1"), "no such name (NXDOMAIN for nobody.test)"),
            (bind.target("greeter.test:1"), "has no addresses (NODATA for greeter.test)"),
            (bind.target("greeter.test", scheme: "dns+srv"), "no such name (NXDOMAIN for _grpc._tcp.greeter.test)"),
            (bind.target("greeter.other:1"), "127.0.0.1:\(bind.port) cannot answer (REFUSED)"),
        ] {
            let followed = try FollowedTarget(target)
            try await until("\(target): \(followed.failures)") {
                followed.failures.contains { $0.message.contains(part) && $0.code == .unavailable }
            }
        }
        // It comes into being when the time that its absence holds is over.
        let followed = try FollowedTarget(bind.target("later.test:1"))
        try await until { !followed.failures.isEmpty }
        try await bind.update(["add later.test 5 A 127.0.0.1"])
        try await until { followed.endpoints == ["127.0.0.1:1 1 0"] }
        bind.stop()
    }

    @Test("a name server that is down, or silent, leaves it to the next")
    func deadServer() async throws {
        let bind = try await BindServer(["greeter IN A 127.0.0.1"])
        let dead = try LocalPort.reserve()
        let silent = try await SilentServer()
        for first in [dead, silent.port] {
            let followed = try FollowedTarget("dns://127.0.0.1:\(first),127.0.0.1:\(bind.port)/greeter.test:1")
            try await until { followed.endpoints == ["127.0.0.1:1 1 0"] }
            #expect(followed.failures.isEmpty)
        }
        bind.stop()
    }

    @Test("while the name server is down the list stays, and when it is back changes are seen")
    func restart() async throws {
        let bind = try await BindServer(["_grpc._tcp.greeter IN SRV 0 0 1 s1", "s1 IN A 127.0.0.1"])
        let followed = try FollowedTarget(bind.target("greeter.test", scheme: "dns+srv"))
        try await until { followed.endpoints == ["127.0.0.1:1 1 0"] }
        await bind.kill()
        try await until { followed.failures.count >= 2 }
        #expect(followed.endpoints == ["127.0.0.1:1 1 0"])
        #expect(followed.failures.last?.message.contains("127.0.0.1:\(bind.port)") == true)
        try await bind.start()
        try await bind.update(["add _grpc._tcp.greeter.test 5 SRV 0 0 2 s1.test"])
        try await until("not seen", within: .seconds(60)) {
            followed.endpoints == ["127.0.0.1:1 1 0", "127.0.0.1:2 1 0"]
        }
        bind.stop()
    }

    @Test("a headless service is its ready pods, by their addresses and by the name of the port")
    func headless() async throws {
        func pod(_ number: Int) -> [String] {
            [
                "greeter.prod.svc.test 5 A 10.0.0.\(number)",
                "_grpc._tcp.greeter.prod.svc.test 5 SRV 0 50 50051 10-0-0-\(number).greeter.prod.svc.test",
                "10-0-0-\(number).greeter.prod.svc.test 5 A 10.0.0.\(number)",
            ]
        }
        let bind = try await BindServer([])
        try await bind.update(([1, 2].flatMap(pod)).map { "add \($0)" })
        let pods = try FollowedTarget(bind.target("greeter.prod.svc.test:50051"))
        let ports = try FollowedTarget(bind.target("greeter.prod.svc.test?port=grpc", scheme: "dns+srv"))
        try await until { pods.endpoints == ["10.0.0.1:50051 1 0", "10.0.0.2:50051 1 0"] }
        try await until { ports.endpoints == ["10.0.0.1:50051 50 0", "10.0.0.2:50051 50 0"] }
        try await bind.update(pod(1).map { "delete \($0.replacing(" 5 ", with: " "))" } + pod(3).map { "add \($0)" })
        try await until { ports.endpoints == ["10.0.0.2:50051 50 0", "10.0.0.3:50051 50 0"] }
        try await until {
            pods.endpoints == ["10.0.0.1:50051 1 0 kept", "10.0.0.2:50051 1 0", "10.0.0.3:50051 1 0"]
        }
        bind.stop()
    }

    @Test("dnsmasq's answers are understood, too")
    func dnsmasq() async throws {
        let server = try await LocalServer("dnsmasq", package: "dnsmasq-base") { _, port in
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--port=\(port)",
                "--listen-address=127.0.0.1", "--bind-interfaces", "--user=\(NSUserName())", "--pid-file",
                "--host-record=s1.test,127.0.0.1", "--host-record=s2.test,127.0.0.2,::1", "--cname=alias.test,s1.test",
                "--srv-host=_grpc._tcp.greeter.test,s1.test,50051,1,10",
                "--srv-host=_grpc._tcp.greeter.test,s2.test,50052,2,20", "--local=/test/",
            ]
        }
        try await server.start()
        let alias = try FollowedTarget("dns://\(server.address)/alias.test:1")
        let service = try FollowedTarget("dns+srv://\(server.address)/greeter.test")
        let nobody = try FollowedTarget("dns://\(server.address)/nobody.test:1")
        try await until { alias.endpoints == ["127.0.0.1:1 1 0"] }
        try await until {
            service.endpoints == ["127.0.0.1:50051 10 1", "127.0.0.2:50052,[::1]:50052 20 2"]
        }
        try await until { nobody.failures.contains { $0.message.contains("no such name") } }
        server.stop()
    }
}
