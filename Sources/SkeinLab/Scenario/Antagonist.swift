// SPDX-License-Identifier: Apache-2.0

/// Other work on the machines of servers, which changes what is left for them (Prequal paper, section 2).
///
/// A server has a share of its machine, its allocation, and uses what others leave it: more than its share on a quiet
/// machine, less on a crowded one. The capacity stays for a while and then is drawn anew.
package struct Antagonist: Sendable, Hashable {
    /// What a server may have, in its allocations, and how likely that is.
    package var levels: [Level]
    /// Seconds that a level lasts in the mean.
    package var period: Double

    package struct Level: Sendable, Hashable {
        package var capacity: ClosedRange<Double>
        package var share: Double

        package init(_ capacity: ClosedRange<Double>, share: Double) {
            self.capacity = capacity
            self.share = share
        }
    }

    package init(levels: [Level], period: Double) {
        self.levels = levels
        self.period = period
    }

    package func draw(_ chance: inout Chance) -> Double {
        var point = chance.unit() * levels.reduce(0) { $0 + $1.share }
        for level in levels {
            point -= level.share
            if point < 0 {
                let range = level.capacity
                return range.lowerBound + chance.unit() * (range.upperBound - range.lowerBound)
            }
        }
        return 1
    }
}
