// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Damages bytes without knowing what they mean.
package enum Mutation: CaseIterable, Sendable {
    case flipBit, replaceByte, removeBytes, insertByte, truncate, duplicate, move, splice
    /// Puts a word in, or over what is there.
    case insertWord, replaceWord
    /// Adds to, or takes from, a number of one to four bytes.
    case count

    /// What is worth trying in a format.
    package struct Vocabulary: Sendable {
        /// Bytes that often decide.
        var bytes: [UInt8]
        /// Parts that mean something.
        var words: [[UInt8]]

        package init(bytes: [UInt8], words: [[UInt8]] = []) {
            self.bytes = bytes
            self.words = words
        }

        /// Of a format made of words.
        package init(words: [String]) {
            self.words = words.map { Array($0.utf8) }
            bytes = Array(Set(self.words.joined())).sorted()
        }

        /// In protobuf's encoding: tags, lengths, ends of varints.
        package static let protobuf = Vocabulary(bytes: [0, 1, 2, 3, 4, 7, 8, 0x0a, 0x12, 0x7f, 0x80, 0xc3, 0xff])
        package static let json = Vocabulary(bytes: Array("{}[]\",:0123456789.eE+-tfn\\u _a".utf8))
    }

    /// Those that need no words.
    private static let ofBytes: [Mutation] = [
        .flipBit, .replaceByte, .removeBytes, .insertByte, .truncate, .duplicate, .move, .splice,
    ]

    /// `bytes` with one to four mutations; splices take from `other`.
    package static func mutate(
        _ bytes: [UInt8], with other: [UInt8], in vocabulary: Vocabulary = .protobuf, _ random: inout SplitMix64
    ) -> [UInt8] {
        var mutated = bytes
        let ways = vocabulary.words.isEmpty ? ofBytes : allCases
        for _ in 0..<Int.random(in: 1...4, using: &random) where !mutated.isEmpty {
            random.pick(ways).apply(to: &mutated, other, vocabulary, &random)
        }
        return mutated
    }

    private func apply(
        to bytes: inout [UInt8], _ other: [UInt8], _ vocabulary: Vocabulary, _ random: inout SplitMix64
    ) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
        switch self {
        case .flipBit: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .replaceByte: bytes[place] = random.pick(vocabulary.bytes)
        case .removeBytes: bytes.removeSubrange(place..<end)
        case .insertByte: bytes.insert(random.pick(vocabulary.bytes), at: place)
        case .truncate: bytes.removeSubrange(place...)
        case .duplicate: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case .move:
            let moved = Array(bytes[place..<end])
            bytes.removeSubrange(place..<end)
            bytes.insert(contentsOf: moved, at: Int.random(in: 0...bytes.count, using: &random))
        case .splice:
            let from = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(place..., with: other[from...])
        case .insertWord: bytes.insert(contentsOf: random.pick(vocabulary.words), at: place)
        case .replaceWord: bytes.replaceSubrange(place..<end, with: random.pick(vocabulary.words))
        case .count:
            let width = min(bytes.count - place, Int.random(in: 1...4, using: &random))
            let change = random.pick([1, -1, 2, -2, 127, 255, 256, 16_384, 0x7fff_ffff])
            var number = bytes[place..<place + width].reduce(0) { $0 << 8 | Int($1) } &+ change
            for index in (place..<place + width).reversed() {
                bytes[index] = UInt8(truncatingIfNeeded: number)
                number >>= 8
            }
        }
    }
}
