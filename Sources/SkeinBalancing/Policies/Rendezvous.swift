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
            let score = weights[number] / Draws.exponential(Draws.mix(key ^ hashes[number]))
            if let best, score <= best.score { continue }
            if members.accepts(number, call, demand) { best = (number, score) }
        }
        return best?.number
    }
}

package struct RendezvousPicker: HashPicker {
    package let parts: HashPickerParts<RendezvousTable>
    package init(_ parts: HashPickerParts<RendezvousTable>) { self.parts = parts }
}
