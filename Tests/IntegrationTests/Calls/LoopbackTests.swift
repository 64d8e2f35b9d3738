// SPDX-License-Identifier: Apache-2.0
import Skein
import Testing

@Suite("services within the process", .timeLimit(.minutes(5)))
struct LoopbackTests {
    private struct Stamp: ServerInterceptor {
        func intercept(_ context: ServerContext, next: ServerNext) async throws {
            context.initialMetadata["stamped"] = context.metadata["sent-by"]
            try await next(context)
        }
    }

    private struct Sender: ClientInterceptor {
        func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
            var request = request
            request.metadata["sent-by"] = "client"
            return try await next(request)
        }
    }

    @Test("all call shapes work, through the interceptors of both sides")
    func shapes() async throws {
        var server = ServerOptions()
        server.interceptors = [Stamp()]
        let loopback = try Loopback(EchoService(), server: server, client: .interceptors(Sender()))
        let echo = EchoClient(loopback.channel)
        let response = try await echo.unary.response(Buffer("a"))
        #expect(response.message.text == "a" && response.metadata["stamped"] == "client")
        var expanded: [String] = []
        for try await reply in try await echo.expand(Buffer("b")) { expanded.append(reply.text) }
        #expect(expanded == ["b", "b", "b"])
        let collected = try await echo.collect { requests in
            for text in ["c", "d"] { try await requests.write(Buffer(text)) }
        }
        #expect(collected.text == "cd")
        let chat = try await echo.chat()
        var replies = chat.responses.makeAsyncIterator()
        for text in ["e", "f"] {
            try await chat.requests.write(Buffer(text))
            let reply = try await replies.next()
            #expect(reply?.text == text)
        }
        chat.requests.finish()
        let end = try await replies.next()
        #expect(end == nil)
        await loopback.shutDown()
    }

    @Test("deadlines, limits and statuses are those of a server with a socket")
    func limits() async throws {
        var service = EchoService()
        service.unary = { request, _ in
            if request.text == "wait" { await Gate.waitForCancellation() }
            throw RPCError(.notFound, "no \(request.text)")
        }
        var server = ServerOptions()
        server.maxRequestBytes = 100
        let loopback = try Loopback(service, server: server)
        let echo = EchoClient(loopback.channel)
        let cases: [(Buffer, CallOptions, StatusCode)] = [
            (Buffer("thing"), .init(), .notFound), (Buffer("wait"), .deadline(.milliseconds(400)), .deadlineExceeded),
            (Buffer(count: 101), .init(), .resourceExhausted),
        ]
        for (request, options, code) in cases {
            let error = await rpcError { try await echo.unary(request, options) }
            #expect(error?.code == code)
        }
        let unknown = UnaryMethod(
            Method("test.Other", "Unary", .unary, RawCodec.self, RawCodec.self), on: loopback.channel)
        let error = await rpcError { try await unknown(Buffer("x")) }
        #expect(error?.code == .unimplemented)
    }

    @Test("call credentials are sent, since nothing leaves the process")
    func credentials() async throws {
        var service = EchoService()
        service.unary = { _, context in Buffer(context.metadata["authorization"] ?? "none") }
        let loopback = try Loopback(service, client: .credentials(.bearer { "secret" }))
        let reply = try await EchoClient(loopback.channel).unary(Buffer("x"))
        #expect(reply.text == "Bearer secret")
    }

    @Test("shutting down lets calls end within the grace and refuses new ones")
    func shutDown() async throws {
        let (entered, gate) = (Gate(), Gate())
        var service = EchoService()
        service.unary = { request, _ in
            entered.open()
            try await gate.wait()
            return request
        }
        let loopback = try Loopback(service)
        let echo = EchoClient(loopback.channel)
        let running = Task { try await echo.unary(Buffer("x")) }
        try await entered.wait()
        let stopping = Task { await loopback.shutDown() }
        await eventually { loopback.channel.state.description == "SHUTDOWN" }
        let refused = await rpcError { try await echo.unary(Buffer("y"), .waitForReady) }
        #expect(refused?.code == .unavailable)
        gate.open()
        let reply = try await running.value
        #expect(reply.text == "x")
        await stopping.value
    }

    @Test("services that have a method in common are an error")
    func conflict() {
        #expect(throws: ConfigurationError.self) { try Loopback(EchoService(), EchoService()) }
    }
}
