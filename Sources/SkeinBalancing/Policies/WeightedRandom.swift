// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `weighted_random`: any ready endpoint, as likely as its weight says.
package struct WeightedRandom: EndpointPolicy {
    package static let name = "weighted_random"

    package init(_ configuration: NoConfiguration, seed: UInt64) {}

    package func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        let endpoints = WeightedEndpoints(ready)
        return WeightedRandomPicker(ids: endpoints.ids, table: AliasTable(endpoints.weights))
    }
}

private struct WeightedRandomPicker: ChoicePicker {
    let ids: [SubchannelID]
    let table: AliasTable

    func choose(_ call: borrowing PickContext, again: Int) -> Int {
        var draws = Draws(call, again: again)
        return table.number(at: draws.next())
    }
}
