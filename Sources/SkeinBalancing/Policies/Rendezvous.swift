// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `rendezvous`: every endpoint has a score for a key, and the highest wins (Thaler, Ravishankar). Exact shares and the
/// fewest moves, for the price of looking at all endpoints: up to 64.
package typealias Rendezvous = Hashed<RendezvousTable>

package struct RendezvousTable: Placement {
    package typealias TablePicker = RendezvousPicker
    package static let name = "rendezvous"
    package static let mostEndpoints = 64

    private let hashes: [UInt64]
    /// Empty: all the same.
    private let weights: [Double]

    package init(_ endpoints: [PlacedEndpoint], _ configuration: PlainHashConfiguration) {
        hashes = endpoints.map { XXHash64.hash($0.key) }
        let areEqual = endpoints.allSatisfy { $0.weight == endpoints[0].weight }
        weights = areEqual ? [] : endpoints.map { Double($0.weight) }
    }

    package func place(
        _ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand
    ) -> Int? {
        weights.isEmpty ? highest(key, call, members, demand) : heaviest(key, call, members, demand)
    }

    private func highest(
        _ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand
    ) -> Int? {
        var best: (number: Int, score: UInt64)?
        for number in hashes.indices {
            let score = Draws.mix(key ^ hashes[number])
            if let best, score <= best.score { continue }
            if members.accepts(number, call, demand) { best = (number, score) }
        }
        return best?.number
    }

    /// An endpoint of twice the weight wins twice as many keys: the score is its weight over -ln of a random fraction.
    private func heaviest(
        _ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand
    ) -> Int? {
        var best: (number: Int, score: Double)?
        for number in hashes.indices {
            let fraction = (Double(Draws.mix(key ^ hashes[number]) >> 11) + 0.5) * 0x1p-53
            let score = weights[number] / RendezvousTable.negativeLogarithm(fraction)
            if let best, score <= best.score { continue }
            if members.accepts(number, call, demand) { best = (number, score) }
        }
        return best?.number
    }

    /// -ln(x) for x between 0 and 1, the same on every platform: the exponent, and a series for the rest.
    static func negativeLogarithm(_ x: Double) -> Double {
        let z = (x.significand - 1) / (x.significand + 1)
        let square = z * z
        var (sum, power, divisor) = (0.0, z, 1.0)
        while divisor < 24 {
            sum += power / divisor
            power *= square
            divisor += 2
        }
        return -(Double(x.exponent) * 0.693_147_180_559_945_3 + 2 * sum)
    }
}

package struct RendezvousPicker: HashPicker {
    package let parts: HashPickerParts<RendezvousTable>
    package init(_ parts: HashPickerParts<RendezvousTable>) { self.parts = parts }
}
