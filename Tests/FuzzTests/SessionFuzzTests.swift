// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import TestSupport
import Testing

@Suite("fuzzed sessions", .timeLimit(.minutes(60)))
struct SessionFuzzTests {
    private static let frames = Mutation.Vocabulary(
        bytes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x7f, 0x80, 0xff],
        words: [
            [0, 0, 0, 4, 0, 0, 0, 0, 0], [0, 0, 0, 4, 1, 0, 0, 0, 0], [0, 0, 8, 6, 0, 0, 0, 0, 0], [0, 0, 0, 9, 4],
            [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8], [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff],
            [0, 0, 0, 0, 1], [0x7f, 0xff, 0xff, 0xff], [0, 4, 0, 0, 0, 0], [0, 5, 0, 0, 0x40, 0], [0x82, 0x87],
            [0x3f, 0xe1, 0xff, 3], [0xff, 0x80, 0x80, 0x80, 0x80, 1], [0x40, 1, 120, 1, 121], [0, 0, 0, 0, 5],
        ])

    /// Frames that were sound, out of order and damaged.
    private func damaged(_ frames: [[UInt8]], _ other: [[UInt8]], _ random: inout SplitMix64) -> [UInt8] {
        var frames = frames
        for _ in 0..<Int.random(in: 0...3, using: &random) where !frames.isEmpty {
            let place = Int.random(in: 0..<frames.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: frames.remove(at: place)
            case 1: frames.insert(frames[place], at: Int.random(in: 0...frames.count, using: &random))
            case 2: frames.insert(random.pick(other), at: place)
            default: frames.swapAt(place, Int.random(in: 0..<frames.count, using: &random))
            }
        }
        for _ in 0..<Int.random(in: 1...3, using: &random) where !frames.isEmpty {
            let place = Int.random(in: 0..<frames.count, using: &random)
            var frame = Mutation.mutate(frames[place], with: random.pick(other), in: Self.frames, &random)
            // Mostly with a length that is right, so that what follows is still understood.
            if frame.count >= 9, random.chance(75) {
                let length = frame.count - 9
                for (index, shift) in [16, 8, 0].enumerated() {
                    frame[index] = UInt8(truncatingIfNeeded: length >> shift)
                }
            }
            frames[place] = frame
        }
        return frames.flatMap { $0 }
    }

    /// `bytes` in pieces of random length.
    private func pieces(_ bytes: [UInt8], _ random: inout SplitMix64) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...1 << Int.random(in: 0...14, using: &random), using: &random)
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    /// - Parameter own: what the side has to say by itself.
    private func check(_ side: FuzzedSide, own: Int = 0, _ seed: UInt64, _ bytes: [UInt8]) {
        #expect(side.sent <= 4096 + own + 64 * side.received, "\(side.sent) bytes sent; \(Fuzz.describe(seed, bytes))")
        #expect(side.faults.isEmpty, "\(side.faults.first ?? ""); \(Fuzz.describe(seed, bytes))")
    }

    @Test("whatever a client sends, the server's session stays within its bounds and comes to its end")
    func server() async throws {
        var failures = 0
        try await Fuzz.run("server", cases: 4_000) { seed, random in
            let recorded = random.pick(RecordedSession.all)
            let other = random.pick(RecordedSession.all).fromClient
            let bytes = damaged(recorded.fromClient, other, &random)
            let server = FuzzedServer(try HTTP2Session(role: .server))
            _ = server.side.output()
            server.side.input(RecordedSession.preface)
            for piece in pieces(bytes, &random) {
                server.side.input(piece)
                if random.chance(80) { _ = server.side.output() }
            }
            _ = server.side.output()
            if server.side.isBroken { failures += 1 }
            server.side.finish()
            check(server.side, seed, bytes)
        }
        #expect(failures > 0)
    }

    @Test("whatever a server sends, each call ends once and the client's session stays within its bounds")
    func client() async throws {
        var failures = 0
        try await Fuzz.run("client", cases: 4_000) { seed, random in
            let recorded = random.pick(RecordedSession.all)
            let other = random.pick(RecordedSession.all).fromServer
            let bytes = damaged(recorded.fromServer, other, &random)
            let client = FuzzedClient(try HTTP2Session(role: .client))
            client.start(recorded.calls)
            _ = client.side.output()
            for piece in pieces(bytes, &random) {
                client.side.input(piece)
                if random.chance(80) { _ = client.side.output() }
            }
            _ = client.side.output()
            if client.side.isBroken { failures += 1 }
            client.side.finish()
            check(client.side, own: recorded.calls.reduce(0) { $0 + $1.message.count }, seed, bytes)
            let isEnded = client.ends.count == recorded.calls.count && client.ends.values.allSatisfy { $0 == 1 }
            #expect(isEnded, "\(Fuzz.describe(seed, bytes))")
        }
        #expect(failures > 0)
    }

    @Test("the recorded sessions themselves are sound")
    func sound() throws {
        #expect(RecordedSession.all.count == 4)
        for recorded in RecordedSession.all {
            let server = FuzzedServer(try HTTP2Session(role: .server))
            server.side.input(RecordedSession.preface + recorded.fromClient.flatMap { $0 })
            #expect(server.side.error == nil && server.side.streams.count == recorded.calls.count)
        }
    }
}
