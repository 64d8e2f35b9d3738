// SPDX-License-Identifier: Apache-2.0

/// Where a blocking query stands, by the rules of Consul's documentation: an index that went back starts again at
/// none, one of 0 cannot be waited for, and answers without news are normal.
struct ConsulIndex: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        /// The answer is news; ask again from the new index.
        case news
        /// Nothing happened.
        case nothing
        /// The server's history began anew: list without waiting.
        case reset
    }

    private(set) var value: UInt64

    /// What can be waited for: Consul would answer at once to 0.
    var canWait: Bool { value > 0 }

    init(_ value: UInt64) { self.value = value }

    /// An answer came with `index`; `nil`: it had none.
    mutating func answered(_ index: UInt64?) -> Step {
        let before = value
        value = index ?? 0
        if value == 0 || value < before { return .reset }
        return value == before ? .nothing : .news
    }
}
