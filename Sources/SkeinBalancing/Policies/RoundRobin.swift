// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `round_robin`: every ready endpoint in turn.
///
/// Every thread takes turns on its own, so that threads share nothing they write. A new picker starts at random places,
/// so that clients which learn of the same change at the same time do not all turn to the same endpoint.
package struct RoundRobin: EndpointPolicy {
    package static let name = "round_robin"
    private var random: SplitMix64

    package init(_ configuration: NoConfiguration, seed: UInt64) { random = SplitMix64(seed: seed) }

    package mutating func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        let turns = ReaderTurns(around: ready.count, readers: ReaderStripes.count, random: &random)
        return RoundRobinPicker(ids: ready.map(\.id), turns: turns)
    }
}

private struct RoundRobinPicker: ChoicePicker {
    let ids: [SubchannelID]
    let turns: ReaderTurns

    func choose(_ call: borrowing PickContext, again: Int) -> Int { turns.next(call.reader) }
}
