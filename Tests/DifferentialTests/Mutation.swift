// SPDX-License-Identifier: Apache-2.0

/// Damages encoded messages without knowing what they mean.
enum Mutation: CaseIterable {
    case flipBit, replaceByte, removeBytes, insertByte, truncate, duplicate, move, splice

    /// In protobuf's encoding: tags, lengths, ends of varints.
    static let tellingBytes: [UInt8] = [0, 1, 2, 3, 4, 7, 8, 0x0a, 0x12, 0x7f, 0x80, 0xc3, 0xff]

    /// `bytes` with one to four mutations; splices take from `other`, new bytes from `telling`, those that often decide.
    static func mutate(
        _ bytes: [UInt8], with other: [UInt8], telling: [UInt8] = tellingBytes, _ random: inout SeededRandom
    ) -> [UInt8] {
        var mutated = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !mutated.isEmpty {
            random.pick(allCases).apply(to: &mutated, other, telling, &random)
        }
        return mutated
    }

    private func apply(
        to bytes: inout [UInt8], _ other: [UInt8], _ telling: [UInt8], _ random: inout SeededRandom
    ) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
        switch self {
        case .flipBit: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .replaceByte: bytes[place] = random.pick(telling)
        case .removeBytes: bytes.removeSubrange(place..<end)
        case .insertByte: bytes.insert(random.pick(telling), at: place)
        case .truncate: bytes.removeSubrange(place...)
        case .duplicate: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case .move:
            let moved = Array(bytes[place..<end])
            bytes.removeSubrange(place..<end)
            bytes.insert(contentsOf: moved, at: Int.random(in: 0...bytes.count, using: &random))
        case .splice:
            let from = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(place..., with: other[from...])
        }
    }
}
