// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The endpoints that may be chosen, with their weights.
struct WeightedEndpoints {
    let ids: [SubchannelID]
    let weights: [Double]

    /// By the weights that the resolver gave.
    init(_ ready: [ReadyEndpoint]) {
        let endpoints = ready.weighted
        self.init(endpoints, weights: endpoints.map { Double(max($0.endpoint.weight, 1)) })
    }

    /// - Parameter weights: finite and above 0.
    init(_ endpoints: [ReadyEndpoint], weights: [Double]) {
        ids = endpoints.map(\.id)
        self.weights = weights
    }

    /// Whether all have the same weight.
    var areEqual: Bool { weights.allSatisfy { $0 == weights[0] } }
}

extension [ReadyEndpoint] {
    /// Those that may be chosen: without those of weight 0, unless all have it.
    var weighted: [ReadyEndpoint] {
        contains { $0.endpoint.weight > 0 } ? filter { $0.endpoint.weight > 0 } : self
    }
}
