// SPDX-License-Identifier: Apache-2.0

/// The smoothest exact order of turns for a few endpoints with whole weights, as nginx takes them: at each turn every
/// endpoint gains its weight, the richest has the turn and pays the sum of all. 5, 1 and 1 come to `aabacaa`.
enum SmoothSequence {
    private static let longest = 1024
    private static let mostSteps = 65_536

    /// The numbers of the endpoints in one round; `nil` when a weight is not a whole number or a round is too long.
    static func make(_ weights: [Double]) -> [UInt16]? {
        guard let shares = reduced(weights) else { return nil }
        let total = shares.reduce(0, +)
        guard total <= longest, total * shares.count <= mostSteps else { return nil }
        var wealth = [Int](repeating: 0, count: shares.count)
        return (0..<total).map { _ in
            var richest = 0
            for index in shares.indices {
                wealth[index] += shares[index]
                if wealth[index] > wealth[richest] { richest = index }
            }
            wealth[richest] -= total
            return UInt16(truncatingIfNeeded: richest)
        }
    }

    /// The smallest whole numbers in the same proportion.
    private static func reduced(_ weights: [Double]) -> [Int]? {
        var shares: [Int] = []
        var divisor = 0
        for weight in weights {
            guard let share = Int(exactly: weight), share > 0, share <= Int(UInt32.max) else { return nil }
            shares.append(share)
            var rest = share
            while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
        }
        return shares.map { $0 / divisor }
    }
}
