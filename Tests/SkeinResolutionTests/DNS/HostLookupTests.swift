// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Host names as the machine finds them", .timeLimit(.minutes(2)))
struct HostLookupTests {
    private func lookup(_ folder: TemporaryFolder, _ server: FakeNameServer) -> HostLookup {
        let files = NameFiles(
            hosts: "\(folder.path)/a", resolvConf: "\(folder.path)/b", nsswitch: "\(folder.path)/c")
        return HostLookup(
            files: files, client: server.client(), system: ScriptedLookup(.success(addresses(99))), pool: .shared)
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
            folder.write("search prod.test test\n", to: "b")
            folder.write("hosts: files dns\n", to: "c")
            let lookup = lookup(folder, server)
            #expect(hosts(try await lookup.answer(for: "orders", port: 1)) == ["10.0.0.7"])
            #expect(server.asked.isEmpty)
            // The client of this test asks the server of this test; the search list is the file's.
            let answer = try await HostAddresses(client: server.client()).answer(
                for: "greeter", port: 1, configuration(server, folder))
            #expect(hosts(answer) == ["10.0.0.5"] && answer.validFor == .seconds(9))
            #expect(answer.name == "greeter.prod.test")
            folder.write("hosts: files ldap dns\n", to: "c")
            #expect(hosts(try await lookup.answer(for: "greeter", port: 443)) == ["10.0.0.99"])
        }

        private func configuration(_ server: FakeNameServer, _ folder: TemporaryFolder) -> DNSConfiguration {
            var configuration = DNSConfiguration(NameFiles(resolvConf: "\(folder.path)/b").read().resolvConf)
            configuration.servers = [server.address]
            return configuration
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
