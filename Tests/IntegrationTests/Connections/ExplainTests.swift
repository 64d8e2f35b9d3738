// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import Testing

@Suite("why calls go where they go", .serialized, .timeLimit(.minutes(5)))
struct ExplainTests {
    private static let method = MethodDescriptor("skein.testing.Echo", "Unary", .unary)

    @Test("a channel explains the next call without making it: the policy, the endpoints and what keeps one out")
    func channel() async throws {
        let policy = LoadBalancing.outlierDetection(over: .leastRequest())
        try await CallWorld.with(.tcp, channel: .loadBalancing(policy)) { world in
            _ = try await world.echo.unary(Buffer("x"))
            let live = Endpoint(world.server.address).identity
            let dead = Endpoint(.ipv4("127.0.0.1", port: 1))
            world.endpoints.update([Endpoint(world.server.address), dead])
            await eventually {
                await world.channel.explain(ExplainTests.method).candidates.contains { $0.endpoint == dead.identity }
            }
            let explanation = await world.channel.explain(ExplainTests.method)
            #expect(explanation.policy == ["outlier_detection", "least_request"])
            #expect(explanation.choice == live)
            let candidate = explanation.candidates.first { $0.endpoint == live }
            #expect(candidate?.inFlight == 0 && (candidate?.latency ?? 0) > 0 && candidate?.score == 1)
            #expect(candidate?.state == .ready)
            await eventually {
                let all = await world.channel.explain(ExplainTests.method).candidates
                let other = all.first { $0.endpoint == dead.identity }
                return other?.state == .transientFailure && other?.reason.hasPrefix("not usable, connect ") == true
            }
        }
    }

    @Test("a call that asks for it gets the explanation of each attempt; others get none")
    func call() async throws {
        try await CallWorld.with(.tcp, channel: .loadBalancing(.roundRobin)) { world in
            let plain = try await world.echo.unary.response(Buffer("x"))
            #expect(plain.attempts.map(\.pick) == [nil])
            let response = try await world.echo.unary.response(Buffer("x"), .explained)
            let pick = response.attempts.first?.pick
            #expect(pick?.choice == response.endpoint)
            #expect(pick?.policy == ["round_robin"])
            #expect(pick?.candidates.map(\.inFlight) == [1])
        }
    }

    @Test("a channel says when its target has a single address, unless it has several connections", arguments: [1, 2])
    func singleAddress(connections: Int) async throws {
        let options = ChannelOptions.loadBalancing(.roundRobin).connectionsPerEndpoint(connections)
        try await CallWorld.with(.tcp, channel: options) { world in
            _ = try await world.echo.unary(Buffer("x"))
            let explanation = await world.channel.explain(ExplainTests.method)
            #expect("\(explanation)".contains("a single address, \(world.server.address);") == (connections == 1))
        }
    }

    @Test("a channel keeps the explanations of some of its picks")
    func samples() async throws {
        let options = ChannelOptions.loadBalancing(.auto).samplePicks(every: 10, keeping: 3)
        try await CallWorld.with(.tcp, channel: options) { world in
            for _ in 0..<95 { _ = try await world.echo.unary(Buffer("x")) }
            let samples = world.channel.pickSamples
            #expect(samples.count == 3)
            #expect(samples.allSatisfy { $0.policy == ["auto"] && $0.choice != nil })
        }
    }
}
