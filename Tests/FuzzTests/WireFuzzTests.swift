// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import TestSupport
import Testing

@Suite("fuzzed messages and header fields", .timeLimit(.minutes(60)))
struct WireFuzzTests {
    /// What a deframer makes of `bytes`, and the bytes that it says may be given back.
    private func deframe(_ pieces: [ArraySlice<UInt8>], _ random: inout SplitMix64, compressed: Bool)
        -> (messages: [[UInt8]], error: String?, credit: Int, unconsumed: Int)
    {
        var deframer = MessageDeframer(limit: 2_000)
        deframer.acceptsCompressed = compressed
        var messages: [[UInt8]] = []
        var failure: String?
        var credit = 0
        for piece in pieces {
            piece.withUnsafeBytes { deframer.append($0) }
            credit += deframer.takeCredit(readerWaits: random.chance(50))
        }
        do throws(RPCError) {
            while let message = try deframer.next() { messages.append(Array(message.bytes)) }
        } catch {
            failure = error.message
        }
        credit += deframer.takeCredit(readerWaits: true)
        return (messages, failure, credit, deframer.unconsumedBytes)
    }

    @Test("a deframer makes the same of bytes however they are split, and gives each byte back once")
    func deframer() async throws {
        var broken = 0
        try await Fuzz.run("deframer", cases: 20_000) { seed, random in
            let lengths = (0..<Int.random(in: 1...6, using: &random)).map { _ in random.pick([0, 1, 5, 300, 2_000]) }
            let sound = lengths.flatMap { framed([UInt8](repeating: 7, count: $0)).storage }
            let bytes = Mutation.mutate(sound, with: sound, in: .init(bytes: [0, 1, 2, 5, 0xff]), &random)
            let compressed = random.chance(50)
            var rest = bytes[...]
            var pieces: [ArraySlice<UInt8>] = []
            while !rest.isEmpty {
                let count = Int.random(in: 1...1 << Int.random(in: 0...10, using: &random), using: &random)
                pieces.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            let split = deframe(pieces, &random, compressed: compressed)
            let whole = deframe([bytes[...]], &random, compressed: compressed)
            let isSame = split.messages == whole.messages && split.error == whole.error
            #expect(isSame, "\(Fuzz.describe(seed, bytes))")
            #expect(split.credit == bytes.count, "\(Fuzz.describe(seed, bytes))")
            #expect(split.unconsumed <= bytes.count && split.unconsumed >= 0, "\(Fuzz.describe(seed, bytes))")
            if split.error != nil { broken += 1 }
        }
        #expect(broken > 0)
    }

    private static let names = [
        ":method", ":path", ":authority", ":status", ":scheme", "te", "content-type", "user-agent", "grpc-timeout",
        "grpc-encoding", "grpc-accept-encoding", "grpc-status", "grpc-message", "grpc-status-details-bin", "x-bin",
        "x-name", "grpc-message-type", "",
    ]
    private static let values = Mutation.Vocabulary(words: [
        "POST", "application/grpc", "+proto", "; charset", "identity", "gzip,deflate", ",", "trailers", "200", "0",
        "16", "17", "99999999H", "1n", "%41", "%zz", "%", "AAEC", "AAECAw==", "=", " ", "\u{e9}", "/test.Echo/Say",
    ])
    private static let field = Mutation.Vocabulary(bytes: Array(0...255))

    private static let words =
        names.map { Array($0.utf8) }
        + ["application/grpc", "0", "5", "gzip", "3S", "AAEC,AwQ", "%41%f0%9f"].map { Array($0.utf8) }
    private static let sound: [(name: [UInt8], value: [UInt8])] = [
        (":method", "POST"), (":path", "/test.Echo/Say"), ("te", "trailers"), ("content-type", "application/grpc"),
        ("grpc-timeout", "3S"), ("grpc-encoding", "gzip"), ("x-name", "value"), ("x-bin", "AAEC,AwQ"),
    ].map { (Array($0.utf8), Array($1.utf8)) }

    /// Those of a sound request, damaged in a few places.
    private func fields(_ random: inout SplitMix64) -> [(name: [UInt8], value: [UInt8])] {
        var fields = Self.sound
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            var name = Array(random.pick(Self.names).utf8)
            if random.chance(15) { name = Mutation.mutate(name, with: name, in: Self.field, &random) }
            let value = Mutation.mutate(random.pick(Self.words), with: name, in: Self.values, &random)
            let place = Int.random(in: 0...fields.count, using: &random)
            fields.replaceSubrange(
                place..<min(fields.count, place + .random(in: 0...1, using: &random)), with: [(name, value)])
        }
        return fields
    }

    /// Gives `fields` to `append`, as nghttp2 would.
    private func feed(
        _ fields: [(name: [UInt8], value: [UInt8])],
        _ append: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) -> Int {
        for (name, value) in fields {
            name.withUnsafeBytes { name in value.withUnsafeBytes { append(name, $0) } }
        }
        return fields.reduce(0) { $0 + $1.name.count + $1.value.count + 32 }
    }

    @Test("heads and trailers take any fields, up to their limit")
    func heads() async throws {
        var accepted = 0
        try await Fuzz.run("heads", cases: 5_000) { seed, random in
            let fields = fields(&random)
            let limit = Int.random(in: 0...2_000, using: &random)
            var request = RequestHead()
            var response = ResponseHead()
            var trailers = Trailers()
            let size = feed(fields) { request.append(name: $0, value: $1, limit: limit) }
            _ = feed(fields) { response.append(name: $0, value: $1, limit: limit) }
            _ = feed(fields) { trailers.append(name: $0, value: $1, limit: limit) }
            let bytes = fields.flatMap { (field) -> [UInt8] in field.name + [58] + field.value + [10] }
            for isOver in [request.isOverLimit, response.isOverLimit, trailers.isOverLimit] {
                #expect(isOver == (size > limit), "\(Fuzz.describe(seed, bytes))")
            }
            let rejection = request.rejection(.builtIn)
            if rejection == nil { accepted += 1 }
            #expect(rejection?.status.code != .ok && rejection?.status.message.isEmpty != true)
            #expect(request.metadata.count <= bytes.count && request.pathText.utf8.count <= 3 * bytes.count)
            #expect((0...255 * 111).contains(response.httpStatus), "\(Fuzz.describe(seed, bytes))")
            if let status = trailers.status { #expect(status.message.utf8.count <= 3 * bytes.count + 64) }
            // What the metadata says can be sent on, unless it is malformed: then there is a reason.
            let metadata = response.metadata
            if MetadataEncoding.problem(in: metadata) == nil {
                var again = RequestHead()
                for element in metadata {
                    let value = MetadataEncoding.wireValue(element.value)
                    _ = feed([(Array(element.name.utf8), value)]) { again.append(name: $0, value: $1, limit: .max) }
                }
                #expect(again.metadata == metadata, "\(Fuzz.describe(seed, bytes))")
            }
        }
        #expect(accepted > 0)
    }

    @Test("timeouts and percent escapes are read or refused, and come back as they were")
    func texts() async throws {
        try await Fuzz.run("texts", cases: 20_000) { seed, random in
            let word = Array(random.pick(["10S", "99999999H", "1n", "00000001M", "5"]).utf8)
            let timeout = Mutation.mutate(word, with: word, in: Self.values, &random)
            if let duration = timeout.withUnsafeBytes(GRPCTimeout.decode) {
                #expect((.zero...GRPCTimeout.longest).contains(duration), "\(Fuzz.describe(seed, timeout))")
                let again = Array(GRPCTimeout.encode(duration).utf8).withUnsafeBytes(GRPCTimeout.decode)
                #expect(again.map { $0 >= duration } == true, "\(Fuzz.describe(seed, timeout))")
            }
            let escaped = Mutation.mutate(Array("a%20b%C3%A9%".utf8), with: timeout, in: Self.values, &random)
            let text = PercentEncoding.decode(escaped)
            #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text, "\(Fuzz.describe(seed, escaped))")
        }
    }

    @Test("compressed bytes are inflated within the limit, or refused", arguments: ["gzip", "deflate"])
    func compressed(name: String) async throws {
        let compressor = try #require(CompressorRegistry.builtIn.find(name))
        let contents = [
            [], [UInt8](repeating: 65, count: 3_000), (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 31) },
        ]
        let seeds = try contents.map { content in
            var output = Buffer()
            try compressor.compress(content.span.bytes, into: &output)
            return Array(output)
        }
        var refused = 0
        try await Fuzz.run(name, cases: 4_000) { seed, random in
            let bytes = Mutation.mutate(random.pick(seeds), with: random.pick(seeds), in: Self.field, &random)
            var output = Buffer()
            do throws(RPCError) {
                try compressor.decompress(bytes.span.bytes, into: &output, limit: 2_000)
                #expect(output.count <= 2_000, "\(Fuzz.describe(seed, bytes))")
            } catch {
                refused += 1
                #expect([.internal, .resourceExhausted].contains(error.code), "\(Fuzz.describe(seed, bytes))")
            }
            // One byte more tells that there is more.
            #expect(output.count <= 2_001, "\(Fuzz.describe(seed, bytes))")
        }
        #expect(refused > 0)
    }
}
