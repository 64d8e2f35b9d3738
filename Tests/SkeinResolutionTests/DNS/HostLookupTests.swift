// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Host names as the machine finds them", .timeLimit(.minutes(2)))
struct HostLookupTests {
    private func lookup(_ folder: TemporaryFolder, _ server: FakeNameServer) -> HostLookup {
        let files = NameFiles(
            hosts: "\(folder.path)/a", resolvConf: "\(folder.path)/b", nsswitch: "\(folder.path)/c",
            port: server.address.port)
        return HostLookup(
            files: files, client: DNSClient(files, on: .shared), system: ScriptedLookup(.success(addresses(99))),
            pool: .shared)
    }

    private func hosts(_ answer: AddressAnswer) -> [String] { answer.addresses.map(\.host) }

    #if !canImport(Darwin)
        @Test("the hosts file goes first, then name servers over the search list; others are left to the system")
        func order() async throws {
            let server = try await FakeNameServer { query, _ in
                let question = (try? DNSMessage(parsing: query))?.questions.first
                guard question?.name == DNSName("greeter.prod.test"), question?.type == .a else {
                    return [ReplyBytes.reply(to: query, flags: 0x8183)]
                }
                return [ReplyBytes.reply(to: query, [ReplyBytes.address("greeter.prod.test", "10.0.0.5", ttl: 9)])]
            }
            let folder = TemporaryFolder()
            folder.write("10.0.0.7 orders\n", to: "a")
            folder.write("nameserver 127.0.0.1\nsearch prod.test test\n", to: "b")
            folder.write("hosts: files dns\n", to: "c")
            let lookup = lookup(folder, server)
            #expect(hosts(try await lookup.answer(for: "orders", port: 1)) == ["10.0.0.7"])
            #expect(server.asked.isEmpty)
            let answer = try await lookup.answer(for: "greeter", port: 1)
            #expect(hosts(answer) == ["10.0.0.5"] && answer.validFor == .seconds(9))
            #expect(answer.name == "greeter.prod.test")
            let denial = "look up a: no such name (NXDOMAIN for a.prod.test, a.test, a)"
            #expect(try await lookup.answer(for: "a", port: 1).denial == denial)
            let error = try await #require(throws: RPCError.self) { try await lookup.addresses(of: "a", port: 1) }
            #expect(error.code == .unavailable && error.message == denial)
            folder.write("hosts: files\n", to: "c")
            #expect(
                try await lookup.answer(for: "greeter", port: 1).denial?.contains("not in \(folder.path)/a") == true)
            folder.write("hosts: files ldap dns\n", to: "c")
            #expect(hosts(try await lookup.answer(for: "greeter", port: 443)) == ["10.0.0.99"])
        }
    #endif

    @Test("localhost and what is below it never leave the machine", arguments: ["localhost", "a.LocalHost."])
    func localhost(name: String) async throws {
        let server = try await FakeNameServer { query, _ in
            [ReplyBytes.reply(to: query, [ReplyBytes.address(name, "6.6.6.6")])]
        }
        let folder = TemporaryFolder()
        folder.write("hosts: dns\n", to: "c")
        #expect(hosts(try await lookup(folder, server).answer(for: name, port: 1)) == ["::1", "127.0.0.1"])
        #expect(hosts(try await RemoteHostLookup(client: server.client()).answer(for: name, port: 1)).count == 2)
        folder.write("127.0.0.1 localhost a.localhost\n", to: "a")
        #expect(try await lookup(folder, server).addresses(of: name, port: 1) == [.ipv4("127.0.0.1", port: 1)])
        #expect(server.asked.isEmpty)
    }
}
