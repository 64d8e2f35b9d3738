// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("interceptors", .serialized, .timeLimit(.minutes(5)))
struct InterceptorTests {
    // MARK: clients

    private struct Tagging: ClientInterceptor {
        let tag: String
        let log: Recorder<String>

        func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
            var request = request
            log.record("\(tag) begins")
            request.metadata.append("tags", .text(tag))
            request.onRequestMessage { [tag, log] message in
                log.record("\(tag) request")
                message = Buffer(message.text + tag)
            }
            request.onResponseMetadata { [tag] in $0.append("seen-by", .text(tag)) }
            request.onResponseMessage { [tag, log] message in
                log.record("\(tag) response")
                message = Buffer(message.text + tag.uppercased())
            }
            request.onEnd { [tag, log] in
                log.record("\(tag) \($0.status.code) \($0.sent.messages)/\($0.received.messages)")
            }
            defer { log.record("\(tag) returns") }
            return try await next(request)
        }
    }

    private static let telling = EchoService(
        unary: { request, context in
            context.initialMetadata["tags"] = context.metadata.values("tags").joined(separator: ",")
            return request
        })

    @Test("those of a channel wrap a unary call, the first outermost", arguments: CallWorld.Medium.allCases)
    func unaryOrder(medium: CallWorld.Medium) async throws {
        let log = Recorder<String>()
        let options = ChannelOptions.interceptors(Tagging(tag: "a", log: log), Tagging(tag: "b", log: log))
        try await CallWorld.with(medium, Self.telling, channel: options) { world in
            let response = try await world.echo.unary.response(Buffer("x"), .metadata(["tags": "own"]))
            #expect(response.message.text == "xabBA")
            #expect(response.metadata["tags"] == "own,a,b")
            #expect(response.metadata.values("seen-by") == ["b", "a"])
            #expect(response.attempts.count == 1)
        }
        #expect(
            log.all == [
                "a begins", "b begins", "a request", "b request", "b OK 1/1", "a OK 1/1", "b response", "a response",
                "b returns", "a returns",
            ])
    }

    @Test("hooks see every message of a stream, and its end once", arguments: CallWorld.Medium.allCases)
    func streams(medium: CallWorld.Medium) async throws {
        let log = Recorder<String>()
        try await CallWorld.with(medium, channel: .interceptors(Tagging(tag: "a", log: log))) { world in
            let call = try await world.echo.chat()
            for text in ["1", "2"] { try await call.requests.write(Buffer(text)) }
            call.requests.finish()
            var texts: [String] = []
            for try await message in call.responses { texts.append(message.text) }
            #expect(texts == ["1aA", "2aA"])
            #expect(try await call.responses.metadata()["seen-by"] == "a")
            let joined = try await world.echo.collect { requests in
                for text in ["3", "4"] { try await requests.write(Buffer(text)) }
            }
            #expect(joined.text == "3a4aA")
        }
        await eventually { log.all.count { $0.hasPrefix("a OK") } == 2 }
        #expect(log.all.filter { $0.hasPrefix("a OK") } == ["a OK 2/2", "a OK 2/1"])
    }

    private struct Answering: ClientInterceptor {
        func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
            ClientResponse(message: Buffer("cached"), metadata: ["from": "cache"])
        }
    }

    @Test("one can answer itself, but not a stream")
    func ownAnswer() async throws {
        try await CallWorld.with(.memory, channel: .interceptors(Answering())) { world in
            let response = try await world.echo.unary.response(Buffer("x"))
            #expect(response.message.text == "cached")
            #expect(response.metadata["from"] == "cache")
            #expect(response.endpoint == nil)
            let error = await rpcError { try await world.echo.chat() }
            #expect(error?.code == .internal)
        }
    }

    private struct Retrying: ClientInterceptor {
        let ends: Recorder<StatusCode>

        func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
            var request = request
            request.onEnd { [ends] in ends.record($0.status.code) }
            do {
                return try await next(request)
            } catch StatusCode.unauthenticated {
                request.metadata["token"] = "fresh"
                return try await next(request)
            }
        }
    }

    @Test("one can try again, with the same request message", arguments: CallWorld.Medium.allCases)
    func retry(medium: CallWorld.Medium) async throws {
        let ends = Recorder<StatusCode>()
        let service = EchoService(unary: { request, context in
            guard context.metadata["token"] == "fresh" else { throw RPCError(.unauthenticated, "stale") }
            return request
        })
        try await CallWorld.with(medium, service, channel: .interceptors(Retrying(ends: ends))) { world in
            let reply = try await world.echo.unary(Buffer("x"))
            #expect(reply.text == "x")
            #expect(ends.all == [.unauthenticated, .ok])
        }
    }

    private struct Oops: Error {}

    private struct Failing: ClientInterceptor {
        func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
            var request = request
            switch request.metadata["fail"] {
            case "at once": throw RPCError(.permissionDenied, "not you")
            case "strangely": throw Oops()
            case "request": request.onRequestMessage(Self.refuseRequest)
            default: request.onResponseMessage(Self.refuseResponse)
            }
            return try await next(request)
        }

        @Sendable private static func refuseRequest(_ message: inout Buffer) throws(RPCError) {
            throw RPCError(.invalidArgument, "bad request")
        }

        @Sendable private static func refuseResponse(_ message: inout Buffer) throws(RPCError) {
            throw RPCError(.dataLoss, "bad response")
        }
    }

    @Test(
        "errors of interceptors and hooks end the call with their status",
        arguments: [
            ("at once", StatusCode.permissionDenied), ("strangely", .unknown), ("request", .invalidArgument),
            ("response", .dataLoss),
        ])
    func errors(kind: String, code: StatusCode) async throws {
        try await CallWorld.with(.tcp, channel: .interceptors(Failing())) { world in
            let options = CallOptions.metadata(["fail": .text(kind)])
            let unary = await rpcError { try await world.echo.unary(Buffer("x"), options) }
            #expect(unary?.code == code)
            let expand = await rpcError {
                for try await _ in try await world.echo.expand(Buffer("x"), options) {}
            }
            #expect(expand?.code == code)
            let collect = await rpcError {
                try await world.echo.collect(options) { try await $0.write(Buffer("x")) }
            }
            #expect(collect?.code == code)
        }
    }

    // MARK: servers

    private struct Wrapping: ServerInterceptor {
        let tag: String
        let log: Recorder<String>

        func intercept(_ context: ServerContext, next: ServerNext) async throws {
            log.record("\(tag) begins")
            context.onRequestMessage { [tag] in $0 = Buffer($0.text + tag) }
            context.onResponseMessage { [tag] in $0 = Buffer($0.text + tag.uppercased()) }
            context.onEnd { [tag, log] in
                log.record("\(tag) \($0.status.code) \($0.received.messages)/\($0.sent.messages)")
            }
            defer { log.record("\(tag) returns") }
            if context.metadata["reject"] == .some(tag) { throw RPCError(.unauthenticated, "\(tag) says no") }
            context.trailingMetadata.append("passed", .text(tag))
            try await next(context)
        }
    }

    @Test("those of a server wrap its handlers, the first outermost", arguments: CallWorld.Medium.allCases)
    func server(medium: CallWorld.Medium) async throws {
        let log = Recorder<String>()
        let options = ServerOptions.interceptors(Wrapping(tag: "a", log: log), Wrapping(tag: "b", log: log))
        try await CallWorld.with(medium, server: options) { world in
            let response = try await world.echo.unary.response(Buffer("x"))
            #expect(response.message.text == "xabBA")
            #expect(response.trailingMetadata.values("passed") == ["a", "b"])
            let expected = ["a begins", "b begins", "b returns", "a returns", "b OK 1/1", "a OK 1/1"]
            await eventually { log.count == expected.count }
            #expect(log.all == expected)
            var texts: [String] = []
            for try await message in try await world.echo.expand(Buffer("y")) { texts.append(message.text) }
            #expect(texts == ["yabBA", "yabBA", "yabBA"])
            let joined = try await world.echo.collect { requests in
                for text in ["3", "4"] { try await requests.write(Buffer(text)) }
            }
            #expect(joined.text == "3ab4abBA")
            await eventually { log.all.filter { $0.hasPrefix("a OK") } == ["a OK 1/1", "a OK 1/3", "a OK 2/1"] }
        }
    }

    @Test("one of a server rejects a call before its handler runs")
    func reject() async throws {
        let log = Recorder<String>()
        let service = EchoService(unary: { _, _ in
            log.record("handler")
            return Buffer()
        })
        let options = ServerOptions.interceptors(Wrapping(tag: "a", log: log), Wrapping(tag: "b", log: log))
        try await CallWorld.with(.tcp, service, server: options) { world in
            let error = await rpcError { try await world.echo.unary(Buffer("x"), .metadata(["reject": "b"])) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.metadata.values("passed") == ["a"])
            await eventually { log.all.contains("a UNAUTHENTICATED 0/0") }
            #expect(!log.all.contains("handler"))
        }
    }

    private struct Silent: ServerInterceptor {
        func intercept(_ context: ServerContext, next: ServerNext) async throws {}
    }

    @Test("one of a server that forgets the handler is an error that says so")
    func forgotten() async throws {
        try await CallWorld.with(.memory, server: .interceptors(Silent())) { world in
            let error = await rpcError { try await world.echo.unary(Buffer("x")) }
            #expect(error?.code == .internal)
            #expect(error?.message.contains("without calling the handler") == true)
        }
    }
}
