// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(5))) struct MutationTests {
    /// Bytes that are often decisive: tags, lengths, varint ends.
    private static let interesting: [UInt8] = [0, 1, 2, 7, 8, 0x0a, 0x12, 0x7f, 0x80, 0xc3, 0xff]

    @Test("mutated messages never crash, and what is accepted is stable", arguments: UInt64(1)...8)
    func mutations(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let corpus: [any ProtobufMessage] = [
            Samples.scalars, Samples.repeated, Samples.optionals, Samples.maps, Samples.enums, Samples.outer,
            Samples.large, Samples.tree, Samples.wellKnown,
            Golden_Oneofs_Oneofs(before: 1, payload: Samples.payloads.last ?? nil, secondChoice: .left(.init(x: 1))),
        ]
        var accepted = 0
        for round in 0..<1500 {
            let message = corpus[round % corpus.count]
            let bytes = mutate(try message.serialized(), &random)
            if try isAccepted(like: message, bytes) { accepted += 1 }
        }
        #expect(accepted > 100)
    }

    private func isAccepted<M: ProtobufMessage>(like _: M, _ bytes: [UInt8]) throws -> Bool {
        guard let first = try? M(serialized: bytes) else { return false }
        let written = try first.serialized()
        let second = try M(serialized: written)
        // Compared as bytes too, because of NaN; as a message, because dictionaries have no order.
        #expect(try second == first || second.serialized().count == written.count)
        return true
    }

    private func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where !bytes.isEmpty: bytes[place] = MutationTests.interesting.randomElement(using: &random) ?? 0
            case 2 where !bytes.isEmpty: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: min(place, bytes.count))
            case 4: bytes = Array(bytes[..<min(place, bytes.count)])
            default:
                let end = min(place + Int.random(in: 1...20, using: &random), bytes.count)
                if place < end { bytes.insert(contentsOf: bytes[place..<end], at: place) }
            }
        }
        return bytes
    }

    @Test("random bytes never crash", arguments: UInt64(1)...4)
    func randomBytes(seed: UInt64) {
        var random = Seeded(state: seed)
        var refused = 0
        for _ in 0..<2000 {
            let count = Int.random(in: 1...64, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if case .failure = Golden_Oneofs_Oneofs.decode(bytes) { refused += 1 }
        }
        #expect(refused > 0)
    }
}
