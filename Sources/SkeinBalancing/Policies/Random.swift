// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `random`: any ready endpoint, all equally likely.
package struct Random: EndpointPolicy {
    package static let name = "random"

    package init(_ configuration: NoConfiguration, seed: UInt64) {}

    package func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        RandomPicker(ids: ready.map(\.id))
    }
}

private struct RandomPicker: ChoicePicker {
    let ids: [SubchannelID]

    func choose(_ call: borrowing PickContext, again: Int) -> Int {
        var draws = Draws(call, again: again)
        return draws.index(below: ids.count)
    }
}
