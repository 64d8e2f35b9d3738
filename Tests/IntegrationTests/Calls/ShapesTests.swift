// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import Testing

@Suite("the four shapes of a call", .serialized, .timeLimit(.minutes(5)))
struct ShapesTests {
    @Test("a unary call brings back what the handler returns", arguments: CallWorld.Medium.allCases)
    func unary(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            let response = try await world.echo.unary.response(Buffer("hello"))
            #expect(response.message.text == "hello")
            #expect(response.endpoint == world.endpoints.endpoints[0].identity)
            #expect(response.attempts.map(\.status.code) == [.ok])
        }
    }

    @Test("server streaming brings every message in order, then ends", arguments: CallWorld.Medium.allCases)
    func serverStreaming(medium: CallWorld.Medium) async throws {
        let service = EchoService(expand: { request, responses, _ in
            for index in 0..<100 { try await responses.write(Buffer("\(request.text) \(index)")) }
        })
        try await CallWorld.with(medium, service) { world in
            let responses = try await world.echo.expand(Buffer("line"))
            var seen: [String] = []
            for try await response in responses { seen.append(response.text) }
            #expect(seen == (0..<100).map { "line \($0)" })
            let summary = await responses.summary()
            #expect(summary.status.code == .ok)
            #expect(summary.received.messages == 100)
        }
    }

    @Test("client streaming sends every message in order, then gets the response", arguments: CallWorld.Medium.allCases)
    func clientStreaming(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            let reply = try await world.echo.collect { requests in
                for index in 0..<100 { try await requests.write(Buffer("\(index),")) }
            }
            #expect(reply.text == (0..<100).map { "\($0)," }.joined())
        }
    }

    @Test("a bidirectional call is a conversation", arguments: CallWorld.Medium.allCases)
    func bidirectional(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            let call = try await world.echo.chat()
            var responses = call.responses.makeAsyncIterator()
            for index in 0..<50 {
                try await call.requests.write(Buffer("\(index)"))
                #expect(try await responses.next()?.text == "\(index)")
            }
            call.requests.finish()
            #expect(try await responses.next() == nil)
        }
    }

    @Test("a server may end a call before the client has sent all", arguments: CallWorld.Medium.allCases)
    func earlyEnd(medium: CallWorld.Medium) async throws {
        let service = EchoService(
            collect: { _, _ in Buffer("enough") },
            chat: { requests, responses, _ in
                var requests = requests.makeAsyncIterator()
                if let first = try await requests.next() { try await responses.write(first) }
            })
        try await CallWorld.with(medium, service) { world in
            #expect(try await world.echo.collect { _ in }.text == "enough")
            let call = try await world.echo.chat()
            try await call.requests.write(Buffer("one"))
            var seen: [String] = []
            for try await response in call.responses { seen.append(response.text) }
            #expect(seen == ["one"])
            let late = await rpcError { try await call.requests.write(Buffer("two")) }
            #expect(late != nil)
            #expect(try await world.echo.unary(Buffer("next")).text == "next")
        }
    }

    @Test("empty streams are streams", arguments: CallWorld.Medium.allCases)
    func empty(medium: CallWorld.Medium) async throws {
        let service = EchoService(expand: { _, _, _ in })
        try await CallWorld.with(medium, service) { world in
            #expect(try await world.echo.collect { _ in }.isEmpty)
            var count = 0
            for try await _ in try await world.echo.expand(Buffer("none")) { count += 1 }
            let chat = try await world.echo.chat()
            chat.requests.finish()
            for try await _ in chat.responses { count += 1 }
            #expect(count == 0)
        }
    }

    @Test("messages of 0 B, 1 B, 64 KiB and 3 MiB pass in every shape", arguments: CallWorld.Medium.allCases)
    func sizes(medium: CallWorld.Medium) async throws {
        let service = EchoService(expand: { request, responses, _ in try await responses.write(request) })
        try await CallWorld.with(medium, service) { world in
            for size in [0, 1, 64 << 10, 3 << 20] {
                let message = Buffer(count: size, seed: size)
                let reply = try await world.echo.unary(message)
                #expect(reply.isSame(as: message), "unary, \(size) bytes")
                for try await reply in try await world.echo.expand(message) {
                    #expect(reply.isSame(as: message), "server streaming, \(size) bytes")
                }
                let joined = try await world.echo.collect { try await $0.write(message) }
                #expect(joined.isSame(as: message), "client streaming, \(size) bytes")
                let chat = try await world.echo.chat()
                var replies = chat.responses.makeAsyncIterator()
                try await chat.requests.write(message)
                let answer = try await replies.next()
                #expect(answer?.isSame(as: message) == true, "bidirectional, \(size) bytes")
            }
        }
    }

    @Test("500 concurrent calls on one connection each get their own answer", arguments: CallWorld.Medium.allCases)
    func concurrent(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<500 {
                    group.addTask { try await world.echo.unary(Buffer("call \(index)")).text == "call \(index)" }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("calls above the server's stream limit wait their turn", arguments: CallWorld.Medium.allCases)
    func streamLimit(medium: CallWorld.Medium) async throws {
        let running = Recorder<Int>()
        let level = Level()
        let service = EchoService(unary: { request, _ in
            running.record(level.enter())
            await pause()
            level.leave()
            return request
        })
        var options = ServerOptions()
        options.maxConcurrentStreams = 4
        try await CallWorld.with(medium, service, server: options) { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let reply = try await world.echo.unary(Buffer("\(index)"))
                        #expect(reply.text == "\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(running.count == 100)
        #expect((running.all.max() ?? 0) <= 4)
    }
}
