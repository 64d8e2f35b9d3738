// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `weighted_round_robin` (gRFC A58): every ready endpoint as often as its weight says, evenly spread.
///
/// Equal weights are `round_robin`; a few whole ones are an exact sequence, the same as nginx's; many or uneven ones
/// are points of an even sequence in an alias table, so that a pick costs the same whatever the weights are.
package struct WeightedRoundRobin: EndpointPolicy {
    package static let name = "weighted_round_robin"
    package static let weighsEndpoints = true
    private var random: SplitMix64

    package init(_ configuration: WeightedRoundRobinConfiguration, seed: UInt64) { random = SplitMix64(seed: seed) }

    package mutating func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        let endpoints = WeightedEndpoints(ready, by: AttributeWeights())
        return WeightedRoundRobinPicker(ids: endpoints.ids, turns: WeightedTurns(endpoints, &random))
    }
}

private struct WeightedRoundRobinPicker: ChoicePicker {
    let ids: [SubchannelID]
    let turns: WeightedTurns

    func choose(_ call: borrowing PickContext, again: Int) -> Int { turns.next(call.reader) }
}

/// Weighted turns, in the form that suits the weights.
enum WeightedTurns: Sendable {
    case equal(ReaderTurns)
    case sequence([UInt16], ReaderTurns)
    case alias(AliasTable, ReaderTurns)

    init(_ endpoints: WeightedEndpoints, _ random: inout SplitMix64) {
        let readers = ReaderStripes.count
        if endpoints.areEqual {
            self = .equal(ReaderTurns(around: endpoints.ids.count, readers: readers, random: &random))
        } else if let sequence = SmoothSequence.make(endpoints.weights) {
            self = .sequence(
                sequence, ReaderTurns(around: sequence.count, by: .one, readers: readers, random: &random))
        } else {
            let points = ReaderTurns(around: Int(UInt32.max), by: .even, readers: readers, random: &random)
            self = .alias(AliasTable(endpoints.weights), points)
        }
    }

    func next(_ reader: UInt32) -> Int {
        switch self {
        case .equal(let turns): turns.next(reader)
        case .sequence(let sequence, let turns): Int(sequence[turns.next(reader)])
        case .alias(let table, let turns): table.number(at: UInt64(truncatingIfNeeded: turns.next(reader)) &<< 32)
        }
    }
}
