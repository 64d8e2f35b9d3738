// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Where the weights of endpoints come from.
protocol WeightSource: Sendable {
    /// An endpoint's weight, finite and not negative; `nil` when nothing is known of it: it then counts as the mean of
    /// those that are known.
    func weight(of endpoint: ReadyEndpoint) -> Double?
}

/// The weight that the resolver gave.
struct AttributeWeights: WeightSource {
    func weight(of endpoint: ReadyEndpoint) -> Double? { Double(endpoint.endpoint.weight) }
}

/// The endpoints that may be chosen, with their weights: those of weight 0 never are, unless all have it.
struct WeightedEndpoints {
    let ids: [SubchannelID]
    let weights: [Double]

    init(_ ready: [ReadyEndpoint], by source: some WeightSource) {
        let known = ready.map { source.weight(of: $0) }
        let present = known.compactMap { $0 }
        let mean = present.isEmpty ? 1 : present.reduce(0, +) / Double(present.count)
        let all = known.map { $0 ?? mean }
        let chosen = all.contains { $0 > 0 } ? all.indices.filter { all[$0] > 0 } : Array(all.indices)
        ids = chosen.map { ready[$0].id }
        weights = chosen.map { all[$0] > 0 ? all[$0] : 1 }
    }

    /// Whether all have the same weight.
    var areEqual: Bool { weights.allSatisfy { $0 == weights[0] } }
}
