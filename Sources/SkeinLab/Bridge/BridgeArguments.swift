// SPDX-License-Identifier: Apache-2.0

/// The words of a line, read one after the other.
struct BridgeArguments {
    /// Far beyond what any judge needs, and small enough for every count of nanoseconds.
    private static let most = 1e9

    private var words: ArraySlice<Substring>

    init(_ words: ArraySlice<Substring>) { self.words = words }

    var isEmpty: Bool { words.isEmpty }

    mutating func word() -> Substring? { words.popFirst() }

    /// From 0 to 10^9; larger ones count as that. `nil` for anything else.
    mutating func number() -> Double? {
        guard let word = words.first, let value = Double(word), value >= 0 else { return nil }
        words.removeFirst()
        return min(value, BridgeArguments.most)
    }

    mutating func whole(in range: ClosedRange<Int>) -> Int? {
        guard let word = words.popFirst(), let value = Int(word), range.contains(value) else { return nil }
        return value
    }

    mutating func whole(below count: Int) -> Int? { count > 0 ? whole(in: 0...count - 1) : nil }

    /// Any whole number of 64 bits, with or without a sign.
    mutating func seed() -> UInt64? {
        guard let word = words.popFirst() else { return nil }
        return UInt64(word) ?? Int64(word).map { UInt64(bitPattern: $0) }
    }
}
