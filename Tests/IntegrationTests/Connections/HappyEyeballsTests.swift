// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinTransport
import Testing

#if os(Linux)
    @Suite("addresses that do not answer", .timeLimit(.minutes(5)))
    struct HappyEyeballsTests {
        /// Calls a server behind two addresses that do not answer, which alone would take as long as the channel waits
        /// for a connection.
        private func call(_ policy: LoadBalancing, _ arrange: ([EndpointAddress]) -> [Endpoint]) async throws {
            let hosts = try (0..<2).map { _ in try SilentHost() }
            defer { for host in hosts { host.stop() } }
            try await CallWorld.with(.tcp) { world in
                let silent = hosts.map { EndpointAddress.ipv4("127.0.0.1", port: $0.port) }
                let list = EndpointList(arrange(silent + [world.server.address]))
                let backoff = Backoff(minimumConnectTimeout: .seconds(300))
                let options = ChannelOptions.loadBalancing(policy).backoff(backoff)
                let channel = try CallWorld.makeChannel(.tcp, list, options, world.network)
                let reply = try await EchoClient(channel).unary(Buffer("x"), .deadline(.seconds(30)))
                #expect(reply.text == "x")
                await channel.shutDown(grace: .zero)
            }
        }

        @Test("do not hold up pick_first, whether they are endpoints of their own or not")
        func pickFirst() async throws {
            try await call(.pickFirst) { $0.map { Endpoint($0) } }
            try await call(.pickFirst) { [Endpoint(addresses: $0)] }
        }

        @Test("do not hold up an endpoint's other addresses under a policy with a connection to each")
        func roundRobin() async throws {
            try await call(.roundRobin) { [Endpoint(addresses: $0)] }
        }
    }
#endif
