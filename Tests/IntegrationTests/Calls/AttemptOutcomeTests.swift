// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import Testing

@testable import SkeinBalancing
@testable import SkeinClient

@Suite("what policies hear of a call's end", .serialized, .timeLimit(.minutes(5)))
struct AttemptOutcomeTests {
    private let options = ChannelOptions.loadBalancing(.roundRobin)

    /// Successes, refusals, faults and what says nothing, on the world's one server.
    private func counts(_ world: CallWorld) -> [UInt32] {
        let outcomes = world.channel.core.cell.slots.slot(0).pointee.outcomes
        return [outcomes.successes, outcomes.refusals, outcomes.faults, outcomes.unknown]
    }

    private func hasLatency(_ world: CallWorld) -> Bool {
        world.channel.core.cell.slots.slot(0).pointee.peakLatency.isKnown
    }

    @Test("a stream that is too old for its server is nobody's fault, unlike one that fails")
    func age() async throws {
        let service = EchoService(expand: { request, _, _ in
            if request.text == "fail" { throw RPCError(.unavailable, "no") }
            await Gate.waitForCancellation()
        })
        let server = ServerOptions().maxStreamAge(.milliseconds(20), grace: .milliseconds(20))
        try await CallWorld.with(.tcp, service, server: server, channel: options) { world in
            let old = await rpcError { for try await _ in try await world.echo.expand(Buffer("x")) {} }
            #expect(old?.metadata["skein-move"] == "1")
            #expect(counts(world) == [0, 0, 0, 1])
        }
        try await CallWorld.with(.tcp, service, channel: options) { world in
            let failed = await rpcError { for try await _ in try await world.echo.expand(Buffer("fail")) {} }
            #expect(failed?.code == .unavailable)
            #expect(counts(world) == [0, 0, 1, 0])
        }
    }

    @Test("a stream has the latency of its first message; without one, or with one at its end, it has none")
    func latency() async throws {
        let service = EchoService(expand: { request, responses, _ in
            if request.text == "x" { try await responses.write(request) }
        })
        try await CallWorld.with(.tcp, service, channel: options) { world in
            for try await _ in try await world.echo.expand(Buffer("nothing")) {}
            _ = try await world.echo.collect { requests in try await requests.write(Buffer("x")) }
            #expect(counts(world) == [2, 0, 0, 0])
            #expect(!hasLatency(world))
            for try await _ in try await world.echo.expand(Buffer("x")) {}
            #expect(hasLatency(world))
        }
    }

    @Test("a deadline that passes is the server's fault only if it has sent nothing, not even metadata")
    func deadline() async throws {
        let service = EchoService(expand: { request, _, context in
            if request.text == "head" { context.sendInitialMetadata() }
            throw RPCError(.deadlineExceeded, "too late")
        })
        try await CallWorld.with(.tcp, service, channel: options) { world in
            for (text, expected) in [("nothing", [0, 0, 1, 0]), ("head", [0, 1, 1, 0])] as [(String, [UInt32])] {
                let error = await rpcError { for try await _ in try await world.echo.expand(Buffer(text)) {} }
                #expect(error?.code == .deadlineExceeded)
                #expect(counts(world) == expected)
            }
        }
    }
}
