// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

private struct Plain: Error {}

private struct OutOfStock: RPCErrorConvertible {
    var rpcError: RPCError { RPCError(.resourceExhausted, "no geese left", metadata: ["species": "anser"]) }
}

@Suite("errors of handlers", .serialized, .timeLimit(.minutes(5)))
struct ErrorsTests {
    private static func service(throwing error: @escaping @Sendable () -> any Error) -> EchoService {
        EchoService(
            unary: { _, context in
                context.trailingMetadata = ["trailing": "too"]
                throw error()
            },
            expand: { request, responses, _ in
                try await responses.write(request)
                throw error()
            },
            collect: { _, _ in throw error() },
            chat: { _, _, _ in throw error() })
    }

    /// The error of every shape, by the shape's name.
    private func errors(_ echo: EchoClient) async -> [(shape: String, error: RPCError?)] {
        [
            ("unary", await rpcError { try await echo.unary(Buffer("x")) }),
            (
                "server streaming",
                await rpcError { () -> Int in
                    var count = 0
                    for try await _ in try await echo.expand(Buffer("x")) { count += 1 }
                    return count
                }
            ),
            ("client streaming", await rpcError { try await echo.collect { try await $0.write(Buffer("x")) } }),
            (
                "bidirectional",
                await rpcError { () -> Int in
                    var count = 0
                    for try await _ in try await echo.chat().responses { count += 1 }
                    return count
                }
            ),
        ]
    }

    @Test("an RPCError becomes the call's status, with its metadata", arguments: CallWorld.Medium.allCases)
    func rpc(medium: CallWorld.Medium) async throws {
        let service = Self.service {
            RPCError(.notFound, "no such bird: ü%\n", metadata: ["detail-bin": .binary([9, 0])])
        }
        try await CallWorld.with(medium, service) { world in
            for (shape, error) in await errors(world.echo) {
                #expect(error?.code == .notFound, "\(shape)")
                #expect(error?.message == "no such bird: ü%\n", "\(shape)")
                #expect(error?.metadata[binary: "detail-bin"] == [9, 0], "\(shape)")
                #expect(error?.origin == .peer, "\(shape)")
                #expect(error?.attempts.map(\.status.code) == [.notFound], "\(shape)")
            }
            let error = await rpcError { try await world.echo.unary(Buffer("x")) }
            #expect(error?.metadata["trailing"] == "too")
        }
    }

    @Test("an error that knows its status is converted, any other is unknown", arguments: CallWorld.Medium.allCases)
    func others(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium, Self.service { OutOfStock() }) { world in
            for (shape, error) in await errors(world.echo) {
                #expect(error?.code == .resourceExhausted, "\(shape)")
                #expect(error?.metadata["species"] == "anser", "\(shape)")
            }
        }
        try await CallWorld.with(medium, Self.service { Plain() }) { world in
            for (shape, error) in await errors(world.echo) {
                #expect(error?.code == .unknown, "\(shape)")
                #expect(error?.message == "the handler threw Plain", "\(shape)")
            }
        }
    }

    @Test("a stream brings the messages sent before the error", arguments: CallWorld.Medium.allCases)
    func messagesBeforeError(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium, Self.service { RPCError(.dataLoss, "end") }) { world in
            var seen: [String] = []
            let error = await rpcError {
                for try await message in try await world.echo.expand(Buffer("first")) { seen.append(message.text) }
            }
            #expect(seen == ["first"])
            #expect(error?.code == .dataLoss)
        }
    }

    @Test("unknown methods and services are unimplemented, by name", arguments: CallWorld.Medium.allCases)
    func unimplemented(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium) { world in
            for (service, name, part) in [("test.Echo", "Missing", "Missing"), ("test.Nobody", "Call", "test.Nobody")] {
                let method = Method(service, name, .unary, RawCodec.self, RawCodec.self)
                let error = await rpcError { try await UnaryMethod(method, on: world.channel)(Buffer("x")) }
                #expect(error?.code == .unimplemented)
                #expect(error?.message.contains(part) == true)
                let stream = Method(service, name, .bidirectional, RawCodec.self, RawCodec.self)
                let late = await rpcError {
                    for try await _ in try await BidirectionalMethod(stream, on: world.channel)().responses {}
                }
                #expect(late?.code == .unimplemented)
            }
        }
    }

    @Test(
        "a client that sees another shape than the server gets an error, not a hang",
        arguments: CallWorld.Medium.allCases)
    func otherShape(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium, EchoService(collect: { _, _ in Buffer("one") })) { world in
            // The server answers three messages where the client expects one.
            let expand = Method("test.Echo", "Expand", .unary, RawCodec.self, RawCodec.self)
            let one = UnaryMethod(expand, on: world.channel)
            let three = await rpcError { try await one(Buffer("x")) }
            #expect(three?.code == .unimplemented)
            // The client sends none where the server expects one.
            let unary = Method("test.Echo", "Unary", .clientStreaming, RawCodec.self, RawCodec.self)
            let stream = ClientStreamingMethod(unary, on: world.channel)
            let none = await rpcError { try await stream { _ in } }
            #expect(none?.code == .unimplemented)
            // And two.
            let two = await rpcError {
                try await stream { requests in
                    try await requests.write(Buffer("1"))
                    try await requests.write(Buffer("2"))
                }
            }
            #expect(two?.code == .unimplemented)
            let reply = try await world.echo.unary(Buffer("still"))
            #expect(reply.text == "still")
        }
    }

    @Test("message limits hold in both directions", arguments: CallWorld.Medium.allCases)
    func limits(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium, server: .maxRequestBytes(1000)) { world in
            let echo = world.echo
            #expect(try await echo.unary(Buffer(count: 1000)).count == 1000)
            #expect(await rpcError { try await echo.unary(Buffer(count: 1001)) }?.code == .resourceExhausted)
            let streamed = await rpcError { try await echo.collect { try await $0.write(Buffer(count: 1001)) } }
            #expect(streamed?.code == .resourceExhausted)

            let own = CallOptions.maxMessageBytes(request: 10, response: 5)
            let tooLong = await rpcError { try await echo.unary(Buffer(count: 11), own) }
            #expect(tooLong?.code == .resourceExhausted)
            #expect(tooLong?.attempts.isEmpty == true)
            let reply = await rpcError { try await echo.unary(Buffer(count: 6), own) }
            #expect(reply?.code == .resourceExhausted)
            #expect(reply?.origin == .local)
            #expect(try await echo.unary(Buffer(count: 5), own).count == 5)
            let chat = try await echo.chat(own)
            #expect(await rpcError { try await chat.requests.write(Buffer(count: 11)) }?.code == .resourceExhausted)
        }
    }
}
