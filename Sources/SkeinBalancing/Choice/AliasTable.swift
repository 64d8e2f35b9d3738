// SPDX-License-Identifier: Apache-2.0

/// Chooses numbers in proportion to weights in constant time, however many and however uneven (Walker, Vose).
///
/// Every number has a column; the column's own number takes a part of it, one other the rest.
struct AliasTable: Sendable {
    private struct Column {
        /// Below this, of 2^32, the column's own number is chosen.
        var share: UInt32
        var other: UInt32
    }

    private let columns: [Column]

    /// Has no number to choose.
    static let empty = AliasTable(columns: [])
    var isEmpty: Bool { columns.isEmpty }

    private init(columns: [Column]) { self.columns = columns }

    /// `weights` are finite, not negative, and not all 0.
    init(_ weights: [Double]) {
        let scale = Double(weights.count) / weights.reduce(0, +)
        var columns = weights.indices.map { Column(share: .max, other: UInt32($0)) }
        var left = weights.map { $0 * scale }
        var small = left.indices.filter { left[$0] < 1 }
        var large = left.indices.filter { left[$0] >= 1 }
        while let low = small.popLast(), let high = large.last {
            columns[low] = Column(share: UInt32(left[low] * 0x1p32), other: UInt32(high))
            left[high] -= 1 - left[low]
            guard left[high] < 1 else { continue }
            large.removeLast()
            small.append(high)
        }
        self.columns = columns
    }

    /// The number at a point of the whole, of 2^64: evenly spread points give numbers by their weights.
    func number(at point: UInt64) -> Int {
        let (column, rest) = point.multipliedFullWidth(by: UInt64(truncatingIfNeeded: columns.count))
        let found = columns[Int(truncatingIfNeeded: column)]
        return rest &>> 32 < found.share ? Int(truncatingIfNeeded: column) : Int(found.other)
    }
}
