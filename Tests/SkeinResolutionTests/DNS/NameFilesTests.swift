// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("How a machine is set up to find names", .timeLimit(.minutes(2)))
struct NameFilesTests {
    @Test("name servers, search list and options are read, and what makes no sense is passed over")
    func resolvConf() {
        let conf = ResolvConf(
            """
            # nameserver 10.9.9.9
            ; a comment
            nameserver 10.0.0.53
            nameserver greeter
            nameserver fe80::1%eth0
            domain one.test
            search prod.svc.cluster.local svc.cluster.local  bad..name
            options ndots:5 timeout:2 attempts:9 rotate use-vc edns0 ndots:x timeout:-1
            nameserver 10.0.0.54
            nameserver 10.0.0.55
            sortlist 130.155.160.0
            """)
        #expect(conf.servers == ["10.0.0.53", "fe80::1%eth0", "10.0.0.54"])
        #expect(conf.search == [DNSName("prod.svc.cluster.local"), DNSName("svc.cluster.local")])
        #expect(conf.ndots == 5 && conf.timeout == 1 && conf.attempts == 5 && conf.rotates && conf.usesStreams)
    }

    @Test("without anything this machine is asked, and its own domain searched")
    func defaults() {
        let conf = ResolvConf("", hostName: "web1.shop.test")
        #expect(conf.servers == ["127.0.0.1"] && conf.search == [DNSName("shop.test")])
        #expect(conf.ndots == 1 && conf.timeout == 5 && conf.attempts == 2 && !conf.rotates && !conf.usesStreams)
        #expect(ResolvConf("search .", hostName: "web1.shop.test").search.isEmpty)
        #expect(ResolvConf("domain a.test\nsearch b.test c.test\ndomain d.test e.test").search == [DNSName("d.test")])
    }

    @Test(
        "a name that is not complete is tried as the dots in it say",
        arguments: [
            ("greeter", 1, ["greeter.a.test", "greeter.test", "greeter"]),
            ("greeter.prod", 1, ["greeter.prod", "greeter.prod.a.test", "greeter.prod.test"]),
            ("greeter.prod", 5, ["greeter.prod.a.test", "greeter.prod.test", "greeter.prod"]),
            ("greeter.", 5, ["greeter"]), ("a..b", 1, []), ("", 1, []),
        ])
    func candidates(host: String, ndots: Int, names: [String]) {
        var configuration = DNSConfiguration(servers: [])
        configuration.search = [DNSName("a.test")!, DNSName("test")!]
        configuration.ndots = ndots
        #expect(configuration.candidates(host).map(\.description) == names)
    }

    @Test("a hosts file has names in any case, several addresses of one, and comments")
    func hosts() {
        let file = HostsFile(
            """
            127.0.0.1\tlocalhost loopback # the machine
            ::1 localhost
            10.0.0.7 Greeter.test greeter
            nonsense greeter
            10.0.0.8 greeter
            10.0.0.7 greeter
            #10.0.0.9 greeter
            """)
        #expect(file.addresses(of: "localhost").map(\.text) == ["127.0.0.1", "::1"])
        #expect(file.addresses(of: "GREETER").map(\.text) == ["10.0.0.7", "10.0.0.8"])
        #expect(file.addresses(of: "greeter.test.").map(\.text) == ["10.0.0.7"])
        #expect(file.addresses(of: "nobody").isEmpty && file.addresses(of: "nonsense").isEmpty)
    }

    @Test(
        "what only the system's lookup can ask is left to it",
        arguments: [
            ("", "greeter", [.files, .dns]), ("hosts: files dns", "greeter", [.files, .dns]),
            ("passwd: db\nhosts:\tdns  [!UNAVAIL=return] files # x", "greeter", [.dns, .files]),
            ("hosts: files mdns4_minimal [NOTFOUND=return] dns", "greeter.test", [.files, .dns]),
            ("hosts: files mdns4_minimal [NOTFOUND=return] dns", "printer.local.", [.system]),
            ("hosts: files myhostname dns", "web1", [.system]),
            ("hosts: files myhostname dns", "web2", [.files, .dns]),
            ("hosts: files myhostname dns", "_gateway", [.system]),
            ("hosts: files resolve [!UNAVAIL=return] dns", "greeter", [.system]),
            ("hosts: files [ NOTFOUND=return ] wins dns", "greeter", [.system]), ("hosts:", "greeter", [.system]),
        ] as [(String, String, [NameServiceOrder.Source])])
    func nsswitch(text: String, host: String, sources: [NameServiceOrder.Source]) {
        #expect(NameServiceOrder(text).sources(for: host, hostName: "Web1") == sources)
    }

    @Test("random texts never trap", arguments: 0..<20 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let words = [
            "nameserver", "search", "options", "hosts:", "ndots:", "\n", "[", "]", "#", "::1", "1.2.3.4", "\0", "é",
        ]
        for _ in 0..<50 {
            let text = (0..<30).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
            _ = ResolvConf(text, hostName: text)
            _ = HostsFile(text).addresses(of: text)
            _ = NameServiceOrder(text).sources(for: text, hostName: text)
        }
    }
}
