// SPDX-License-Identifier: Apache-2.0

/// Small numbers seen so far.
struct FieldSet {
    private var low: UInt64 = 0
    private var high: Set<Int> = []

    /// `false` when `number` was in it before.
    mutating func insert(_ number: Int) -> Bool {
        guard number < 64 else { return high.insert(number).inserted }
        let bit: UInt64 = 1 << UInt64(number)
        defer { low |= bit }
        return low & bit == 0
    }
}
