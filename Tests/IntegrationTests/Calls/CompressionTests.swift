// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Synchronization
import Testing

@Suite("compressed messages", .serialized, .timeLimit(.minutes(5)))
struct CompressionTests {
    private static let large = Buffer(count: 300_000)

    /// Answers compressed by what the request's metadata name.
    private static let answering = EchoService(
        unary: { request, context in
            context.compressResponses(with: Compression(name: context.metadata["answer-with"] ?? "identity"))
            return request
        },
        chat: { requests, responses, context in
            context.compressResponses(with: Compression(name: context.metadata["answer-with"] ?? "identity"))
            for try await request in requests {
                try await responses.write(request, compressed: request.count % 2 == 0)
            }
        })

    @Test(
        "requests and responses pass compressed, in every call shape",
        arguments: CallWorld.Medium.allCases, ["gzip", "deflate"])
    func shapes(medium: CallWorld.Medium, name: String) async throws {
        let options = CallOptions.compressed(with: Compression(name: name)).metadata(["answer-with": .text(name)])
        try await CallWorld.with(medium, Self.answering) { world in
            #expect(try await world.echo.unary(Self.large, options).isSame(as: Self.large))
            #expect(try await world.echo.unary(Buffer(), options).isEmpty)
            let collected = try await world.echo.collect(options) { requests in
                for _ in 0..<3 { try await requests.write(Self.large) }
            }
            #expect(collected.count == 900_000)
            let call = try await world.echo.chat(options)
            for count in [0, 1, 2, 100_000, 100_001] {
                try await call.requests.write(Buffer(count: count), compressed: count % 3 != 0)
            }
            call.requests.finish()
            var counts: [Int] = []
            for try await response in call.responses { counts.append(response.count) }
            #expect(counts == [0, 1, 2, 100_000, 100_001])
        }
    }

    @Test("each side can tell whether a message came compressed", arguments: CallWorld.Medium.allCases)
    func told(medium: CallWorld.Medium) async throws {
        let seen = Mutex<[Bool]>([])
        var service = Self.answering
        service.unary = { request, context in
            seen.withLock { $0.append(context.requestWasCompressed) }
            context.compressResponses(with: Compression(name: context.metadata["answer-with"] ?? "identity"))
            return request
        }
        service.collect = { requests, context in
            context.compressResponses(with: Compression(name: context.metadata["answer-with"] ?? "identity"))
            for try await _ in requests { seen.withLock { $0.append(context.requestWasCompressed) } }
            return Self.large
        }
        let options = CallOptions.compressed(with: .gzip).metadata(["answer-with": "gzip"])
        try await CallWorld.with(medium, service) { world in
            for (options, expected) in [(options, true), (CallOptions(), false)] {
                #expect(try await world.echo.unary.response(Self.large, options).wasCompressed == expected)
                let collected = try await world.echo.collect.response(options) { requests in
                    try await requests.write(Self.large)
                    try await requests.write(Self.large, compressed: false)
                }
                #expect(collected.wasCompressed == expected)
                #expect(seen.withLock { $0 } == [expected, expected, false])
                seen.withLock { $0 = [] }
            }
            let call = try await world.echo.chat(options)
            for count in 1...4 { try await call.requests.write(Buffer(count: count)) }
            call.requests.finish()
            var answers: [Bool] = []
            for try await _ in call.responses { answers.append(call.responses.lastWasCompressed) }
            #expect(answers == [false, true, false, true])
        }
    }

    @Test("an own compressor is used for what is marked, and only with a peer that has it too")
    func ownCompressor() async throws {
        let compressor = Inverter()
        let both = (ServerOptions.compressor(compressor), ChannelOptions.compressor(compressor))
        let options = CallOptions.compressed(with: Compression(name: "invert")).metadata(["answer-with": "invert"])
        try await CallWorld.with(.tcp, Self.answering, server: both.0, channel: both.1) { world in
            #expect(try await world.echo.unary(Buffer("one"), options).text == "one")
            #expect(compressor.counts == Inverter.Counts(compressed: 2, decompressed: 2))
            let call = try await world.echo.chat(options)
            try await call.requests.write(Buffer("even"), compressed: false)
            try await call.requests.write(Buffer("odd"))
            call.requests.finish()
            var texts: [String] = []
            for try await response in call.responses { texts.append(response.text) }
            #expect(texts == ["even", "odd"])
            #expect(compressor.counts == Inverter.Counts(compressed: 4, decompressed: 4))
        }
        // Only the server has it: the answer goes uncompressed.
        try await CallWorld.with(.tcp, Self.answering, server: both.0) { world in
            let answer = try await world.echo.unary(Buffer("two"), .metadata(["answer-with": "invert"]))
            #expect(answer.text == "two")
        }
        // Only the client has it: the server says what it can read.
        try await CallWorld.with(.tcp, Self.answering, channel: both.1) { world in
            let error = await #expect(throws: RPCError.self) { try await world.echo.unary(Buffer("three"), options) }
            #expect(error?.code == .unimplemented)
            #expect(error?.message.contains("\"invert\"") == true)
            #expect(error?.message.contains("identity,gzip,deflate") == true)
        }
        #expect(compressor.counts == Inverter.Counts(compressed: 5, decompressed: 4))
    }

    @Test("a compressor that the channel does not have fails the call by its name")
    func unknown() async throws {
        try await CallWorld.with(.memory) { world in
            let options = CallOptions.compressed(with: Compression(name: "zstd"))
            let error = await #expect(throws: RPCError.self) { try await world.echo.unary(Buffer("x"), options) }
            #expect(error?.code == .internal)
            #expect(error?.message.contains("\"zstd\": expected one of identity, gzip, deflate") == true)
        }
    }

    @Test("what grows beyond the limit ends the call, on either side", arguments: CallWorld.Medium.allCases)
    func bombs(medium: CallWorld.Medium) async throws {
        let bomb = Buffer([UInt8](repeating: 0, count: 8 << 20))
        try await CallWorld.with(medium, Self.answering, server: .maxRequestBytes(1 << 20)) { world in
            let request = await #expect(throws: RPCError.self) {
                try await world.echo.unary(bomb, .compressed(with: .gzip))
            }
            #expect(request?.code == .resourceExhausted)
            let stream = await #expect(throws: RPCError.self) {
                try await world.echo.collect(.compressed(with: .gzip)) { try await $0.write(bomb) }
            }
            #expect(stream?.code == .resourceExhausted)
        }
        var service = Self.answering
        service.expand = { _, responses, context in
            context.compressResponses(with: .gzip)
            while true { try await responses.write(bomb) }
        }
        service.unary = { _, context in
            context.compressResponses(with: .gzip)
            return bomb
        }
        try await CallWorld.with(medium, service) { world in
            let unary = await #expect(throws: RPCError.self) { try await world.echo.unary(Buffer("x")) }
            #expect(unary?.code == .resourceExhausted)
            let stream = await #expect(throws: RPCError.self) {
                for try await _ in try await world.echo.expand(Buffer("x")) {}
            }
            #expect(stream?.code == .resourceExhausted)
        }
    }
}

/// Turns every bit over, and counts.
private final class Inverter: Compressor {
    struct Counts: Equatable {
        var compressed = 0
        var decompressed = 0
    }

    private let state = Mutex(Counts())
    let name = "invert"
    var counts: Counts { state.withLock { $0 } }

    func compress(_ input: borrowing RawSpan, into output: inout Buffer) throws(RPCError) {
        state.withLock { $0.compressed += 1 }
        invert(input, into: &output)
    }

    func decompress(_ input: borrowing RawSpan, into output: inout Buffer, limit: Int) throws(RPCError) {
        state.withLock { $0.decompressed += 1 }
        invert(input, into: &output)
    }

    private func invert(_ input: borrowing RawSpan, into output: inout Buffer) {
        let bytes = input.withUnsafeBytes { $0.map { ~$0 } }
        output.append(bytes.span.bytes)
    }
}
