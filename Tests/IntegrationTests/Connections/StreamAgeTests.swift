// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Synchronization
import Testing

@Suite("how old streams get", .serialized, .timeLimit(.minutes(5)))
struct StreamAgeTests {
    @Test("a handler that looks ends its stream well", arguments: CallWorld.Medium.allCases)
    func looks(medium: CallWorld.Medium) async throws {
        var service = EchoService()
        service.expand = { request, responses, context in
            #expect(!context.shouldMove)
            while !context.shouldMove {
                try await responses.write(request)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let options = ServerOptions().maxStreamAge(.seconds(2), grace: .seconds(30))
        try await CallWorld.with(medium, service, server: options) { world in
            var count = 0
            for try await _ in try await world.echo.expand(Buffer("x")) { count += 1 }
            #expect(count > 0)
        }
    }

    @Test("a handler that waits is woken, with others or alone")
    func waits() async throws {
        var service = EchoService()
        service.chat = { requests, responses, context in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for try await request in requests { try await responses.write(request) } }
                group.addTask { await context.waitUntilShouldMove() }
                group.addTask { await context.waitUntilShouldMove() }
                _ = try await group.next()
                _ = try await group.next()
                group.cancelAll()
            }
            // At once, from now on.
            await context.waitUntilShouldMove()
        }
        let options = ServerOptions().maxStreamAge(.seconds(2), grace: .seconds(30))
        try await CallWorld.with(.tcp, service, server: options) { world in
            let chat = try await world.echo.chat()
            var answers = chat.responses.makeAsyncIterator()
            try await chat.requests.write(Buffer("x"))
            let answer = try await answers.next()
            #expect(answer?.text == "x")
            let end = try await answers.next()
            #expect(end == nil)
        }
    }

    @Test("one that does not is cancelled after the grace, and the client is told to move")
    func grace() async throws {
        var service = EchoService()
        let reason = Recorder<CancellationReason?>()
        service.expand = { request, responses, context in
            try await responses.write(request)
            await Gate.waitForCancellation()
            reason.record(context.cancellation)
        }
        let options = ServerOptions().maxStreamAge(.milliseconds(20), grace: .milliseconds(20))
        try await CallWorld.with(.tcp, service, server: options) { world in
            let error = await rpcError { for try await _ in try await world.echo.expand(Buffer("x")) {} }
            #expect(error?.code == .unavailable)
            #expect(error?.metadata["skein-move"] == "1")
            await eventually { reason.all == [.streamAge] }
        }
    }

    @Test("unary calls have no such age")
    func unary() async throws {
        var service = EchoService()
        service.unary = { request, context in
            try await Task.sleep(for: .milliseconds(200))
            #expect(!context.shouldMove)
            return request
        }
        let options = ServerOptions().maxStreamAge(.milliseconds(10), grace: .milliseconds(10))
        try await CallWorld.with(.tcp, service, server: options) { world in
            let text = try await world.echo.unary(Buffer("x")).text
            #expect(text == "x")
        }
    }

    @Test("streams are told when their connection closes")
    func drain() async throws {
        var service = EchoService()
        service.expand = { request, responses, context in
            try await responses.write(request)
            await context.waitUntilShouldMove()
        }
        try await CallWorld.with(.tcp, service) { world in
            let stream = try await world.echo.expand(Buffer("x"))
            var answers = stream.makeAsyncIterator()
            _ = try await answers.next()
            world.server.shutDown()
            let end = try await answers.next()
            #expect(end == nil)
        }
    }
}
