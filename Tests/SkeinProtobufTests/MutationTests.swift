// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct MutationTests {
    private static let corpus: [any ProtobufMessage] = [
        Samples.scalars, Samples.repeated, Samples.optionals, Samples.maps, Samples.enums, Samples.outer, Samples.large,
        Samples.tree, Samples.wellKnown,
        Golden_Oneofs_Oneofs(before: 1, payload: Samples.payloads.last ?? nil, secondChoice: .left(.init(x: 1))),
    ]

    @Test("mutated messages never crash, and what is accepted is stable")
    func mutations() async throws {
        let seeds = try Self.corpus.map { try $0.serialized() }
        var accepted = 0
        try await Fuzz.run("message", cases: 12_000) { seed, random in
            let index = Int.random(in: 0..<seeds.count, using: &random)
            let bytes = Mutation.mutate(seeds[index], with: random.pick(seeds), &random)
            if try isAccepted(like: Self.corpus[index], bytes, seed) { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    private func isAccepted<M: ProtobufMessage>(like _: M, _ bytes: [UInt8], _ seed: UInt64) throws -> Bool {
        guard let first = try? M(serialized: bytes) else { return false }
        let written = try first.serialized()
        let second = try M(serialized: written)
        // Compared as bytes too, because of NaN; as a message, because dictionaries have no order.
        let isStable = try second == first || second.serialized().count == written.count
        #expect(isStable, "\(Fuzz.describe(seed, bytes))")
        return true
    }

    @Test("mutated texts never crash, and what is accepted comes back")
    func texts() async throws {
        var corpus = Self.corpus
        corpus.append(
            Golden_Wellknown_WellKnown(
                created: .init(seconds: 1), elapsed: .init(seconds: -1, nanos: -5),
                any: .init(typeURL: "x/google.protobuf.Empty"), mask: .init(paths: ["a.b"]),
                attributes: Samples.wellKnown.attributes))
        // Not every message can be said in JSON.
        let seeds = corpus.compactMap { message in (try? message.jsonBytes()).map { (message, $0) } }
        var accepted = 0
        try await Fuzz.run("JSON message", cases: 5_000) { seed, random in
            let (message, sound) = random.pick(seeds)
            let bytes = Mutation.mutate(sound, with: random.pick(seeds).1, in: .json, &random)
            if try isAccepted(json: bytes, like: message, seed) { accepted += 1 }
        }
        #expect(seeds.count > 7 && accepted > 0)
    }

    private func isAccepted<M: ProtobufMessage>(json: [UInt8], like _: M, _ seed: UInt64) throws -> Bool {
        guard let first = try? M(json: json) else { return false }
        let second = try M(json: first.jsonBytes())
        let isStable = try second == first || second.jsonString() == first.jsonString()
        #expect(isStable, "\(Fuzz.describe(seed, json))")
        return true
    }

    @Test("random bytes never crash")
    func randomBytes() async throws {
        var refused = 0
        try await Fuzz.run("random bytes", cases: 8_000) { _, random in
            let count = Int.random(in: 1...64, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if case .failure = Golden_Oneofs_Oneofs.decode(bytes) { refused += 1 }
        }
        #expect(refused > 0)
    }
}
