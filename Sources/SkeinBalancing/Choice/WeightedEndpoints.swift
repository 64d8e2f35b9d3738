// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The endpoints that may be chosen, with their weights: those of weight 0 never are, unless all have it.
struct WeightedEndpoints {
    let ids: [SubchannelID]
    let weights: [Double]

    /// By the weights that the resolver gave.
    init(_ ready: [ReadyEndpoint]) { self.init(ready, weights: ready.map { Double($0.endpoint.weight) }) }

    /// - Parameter weights: finite and not negative.
    init(_ ready: [ReadyEndpoint], weights all: [Double]) {
        let chosen = all.contains { $0 > 0 } ? all.indices.filter { all[$0] > 0 } : Array(all.indices)
        ids = chosen.map { ready[$0].id }
        weights = chosen.map { all[$0] > 0 ? all[$0] : 1 }
    }

    /// Whether all have the same weight.
    var areEqual: Bool { weights.allSatisfy { $0 == weights[0] } }
}
