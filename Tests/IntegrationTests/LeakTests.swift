// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinClient
@testable import SkeinServer
@testable import SkeinTransport

@Suite("nothing is left behind", .serialized, .timeLimit(.minutes(5)))
struct LeakTests {
    /// A service that watches the context and the stream of every call.
    private func service(_ weak: Weak) -> EchoService {
        let plain = EchoService()
        return EchoService(
            unary: { request, context in
                weak.watch(context, "context of unary")
                return try await plain.unary(request, context)
            },
            expand: { request, responses, context in
                weak.watch(context, "context of expand")
                weak.watch(responses.messages.pipes, "pipes of expand")
                try await plain.expand(request, responses, context)
            },
            collect: { requests, context in
                weak.watch(context, "context of collect")
                weak.watch(requests.messages.pipes, "pipes of collect")
                return try await plain.collect(requests, context)
            },
            chat: { requests, responses, context in
                weak.watch(context, "context of chat")
                weak.watch(requests.messages.pipes, "pipes of chat")
                try await plain.chat(requests, responses, context)
            })
    }

    @Test(
        "after 1,000 calls of each shape no call, connection or channel is left", arguments: CallWorld.Medium.allCases)
    func calls(medium: CallWorld.Medium) async throws {
        let weak = Weak()
        try await CallWorld.with(medium, service(weak)) { world in
            let echo = world.echo
            try await concurrently(4) { _ in
                for _ in 0..<250 {
                    _ = try await echo.unary(Buffer("x"))
                    let stream = try await echo.expand(Buffer("x"))
                    weak.watch(stream.call, "streaming call")
                    for try await _ in stream {}
                    _ = try await echo.collect { try await $0.write(Buffer("x")) }
                    let chat = try await echo.chat()
                    try await chat.requests.write(Buffer("x"))
                    chat.requests.finish()
                    for try await _ in chat.responses {}
                }
            }
            weak.watch(world.channel.core, "channel core")
            weak.watch(world.channel.core.balancer, "balancer")
            weak.watch(world.channel.core.queue, "queue")
            await eventually { weak.alive.count <= 3 }
            #expect(Set(weak.alive) == ["channel core", "balancer", "queue"])
        }
        #expect(weak.count > 8000)
        await eventually { weak.alive.isEmpty }
        #expect(weak.alive == [])
    }

    @Test("calls that fail, are cancelled or dropped leave nothing either", arguments: CallWorld.Medium.allCases)
    func broken(medium: CallWorld.Medium) async throws {
        let weak = Weak()
        var service = service(weak)
        service.unary = { request, context in
            weak.watch(context, "context of unary")
            await Gate.waitForCancellation()
            return request
        }
        service.collect = { requests, context in
            weak.watch(context, "context of collect")
            weak.watch(requests.messages.pipes, "pipes of collect")
            throw RPCError(.aborted, "no")
        }
        try await CallWorld.with(medium, service) { world in
            let echo = world.echo
            for _ in 0..<50 {
                let before = weak.count
                let task = Task { try await echo.unary(Buffer("x")) }
                await eventually { weak.count > before }
                task.cancel()
                _ = await rpcError { try await task.value }
                _ = await rpcError { try await echo.unary(Buffer("x"), .deadline(.milliseconds(2))) }
                _ = await rpcError { try await echo.collect { try await $0.write(Buffer("x")) } }
                let dropped = try await echo.chat()
                weak.watch(dropped.requests.call, "streaming call")
                try await dropped.requests.write(Buffer("x"))
                for try await _ in try await echo.expand(Buffer(count: 100_000)) { break }
            }
        }
        await eventually { weak.alive.isEmpty }
        #expect(weak.alive == [])
    }

    @Test("a dropped channel takes its connection down")
    func droppedChannel() async throws {
        let weak = Weak()
        try await CallWorld.with(.tcp) { world in
            func use() async throws {
                let channel = try CallWorld.makeChannel(.tcp, world.endpoints, .init(), world.network)
                _ = try await EchoClient(channel).unary(Buffer("x"))
                weak.watch(channel.core, "channel core")
                weak.watch(channel.core.balancer, "balancer")
            }
            for _ in 0..<10 { try await use() }
            await eventually { weak.alive.isEmpty }
            #expect(weak.alive == [])
        }
    }
}
