// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import Testing

@Suite("a channel for which no policy is named", .timeLimit(.minutes(5)))
struct DefaultPolicyTests {
    private func policy(_ world: CallWorld) async -> [String] {
        await world.channel.explain(Echo.unary.descriptor).policy
    }

    @Test(
        "uses auto, also when its options or the resolver have a service config without one",
        arguments: [
            ChannelOptions(), .serviceConfig(ServiceConfig(methods: [])),
            .loadBalancing(.roundRobin).serviceConfig(ServiceConfig()),
        ])
    func auto(options: ChannelOptions) async throws {
        try await CallWorld.with(.tcp, channel: options) { world in
            for _ in 0..<10 { _ = try await world.echo.unary(Buffer("x")) }
            #expect(await policy(world) == ["auto"])
        }
    }

    @Test("keeps a policy that is named")
    func named() async throws {
        try await CallWorld.with(.tcp, channel: .loadBalancing(.pickFirst)) { world in
            _ = try await world.echo.unary(Buffer("x"))
            #expect(await policy(world) == ["pick_first"])
        }
    }

    @Test("connects when it is told to, goes idle when it is not used, and comes back", arguments: [1, 2])
    func life(endpoints: Int) async throws {
        try await CallWorld.with(.tcp, channel: .idle(after: .milliseconds(400))) { world in
            let dead = Endpoint(.ipv4("127.0.0.1", port: 1))
            world.endpoints.update(([Endpoint(world.server.address), dead]).prefix(endpoints).map { $0 })
            let states = Recorder<String>()
            let sequence = world.channel.states
            let watch = Task { for await state in sequence { states.record("\(state)") } }
            // Again, if it goes idle before it is connected.
            await eventually {
                world.channel.connect()
                return states.all.contains("READY")
            }
            await eventually { world.channel.state.description == "IDLE" }
            _ = try await world.echo.unary(Buffer("x"))
            watch.cancel()
        }
    }

    @Test("calls each of several servers, and not one that is down")
    func several() async throws {
        try await CallWorld.with(.tcp) { one in
            try await CallWorld.with(.tcp) { other in
                let servers = [one, other].map { Endpoint($0.server.address) }
                one.endpoints.update(servers + [Endpoint(.ipv4("127.0.0.1", port: 1))])
                var seen: Set<Endpoint.Identity> = []
                try await eventually {
                    let response = try await one.echo.unary.response(Buffer("x"))
                    if let endpoint = response.endpoint { seen.insert(endpoint) }
                    return seen == Set(servers.map(\.identity))
                }
            }
        }
    }
}
