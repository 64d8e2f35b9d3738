// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `least_request`: of a few endpoints drawn at random, all different, the one with the fewest calls in flight for its
/// weight.
package struct LeastRequest: EndpointPolicy {
    package static let name = "least_request"
    package static let ejectsFailing = true
    private let choices: Int

    package init(_ configuration: LeastRequestConfiguration, seed: UInt64) { choices = configuration.choiceCount }

    package func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        let endpoints = ready.weighted
        let weights = endpoints.map { max($0.endpoint.weight, 1) }
        return LeastRequestPicker(
            ids: endpoints.map(\.id), loads: LoadTable(endpoints), weights: Set(weights).count == 1 ? [] : weights,
            choices: min(choices, endpoints.count), areDistinct: true)
    }
}

/// `least_request_experimental`: the same as gRPC has it (gRFC A48), where endpoints may be drawn twice and all weigh
/// the same.
package struct LeastRequestExperimental: EndpointPolicy {
    package static let name = "least_request_experimental"
    private let choices: Int

    package init(_ configuration: LeastRequestConfiguration, seed: UInt64) { choices = configuration.choiceCount }

    package func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        LeastRequestPicker(
            ids: ready.map(\.id), loads: LoadTable(ready), weights: [], choices: choices, areDistinct: false)
    }
}

package struct LeastRequestConfiguration: LoadBalancingConfiguration {
    private static let most = 10

    /// How many endpoints are compared; more than 10 count as 10.
    package private(set) var choiceCount = 2

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        let count = try fields.int("choiceCount", default: choiceCount, in: 2...Int(UInt32.max))
        choiceCount = min(count, LeastRequestConfiguration.most)
    }
}

/// The least loaded of a few endpoints; of equals the one drawn first.
private struct LeastRequestPicker: ChoicePicker {
    let ids: [SubchannelID]
    let loads: LoadTable
    /// Empty: all the same.
    let weights: [UInt32]
    let choices: Int
    let areDistinct: Bool

    func choose(_ call: borrowing PickContext, again: Int) -> Int {
        var draws = Draws(call, again: again)
        let count = ids.count
        var best = draws.index(below: count)
        let offset = best
        for step in 1..<max(choices, 1) {
            let next = areDistinct ? distinct(step, offset, &draws) : draws.index(below: count)
            if isLess(next, best) { best = next }
        }
        return best
    }

    func appraisal(_ number: Int, _ call: borrowing PickContext) -> (score: Double?, reason: String) {
        (Double(loads.inFlight(number) + 1) / Double(weights.isEmpty ? 1 : weights[number]), "")
    }

    /// The endpoints other than the first fall into as many parts as are left to draw; one of each.
    private func distinct(_ step: Int, _ offset: Int, _ draws: inout Draws) -> Int {
        let (others, parts) = (ids.count - 1, choices - 1)
        let start = parts == 1 ? 0 : others * (step - 1) / parts
        let end = parts == 1 ? others : others * step / parts
        let place = offset + 1 + start + draws.index(below: end - start)
        return place < ids.count ? place : place - ids.count
    }

    private func isLess(_ one: Int, _ other: Int) -> Bool {
        let (a, b) = (loads.inFlight(one), loads.inFlight(other))
        if weights.isEmpty { return a < b }
        return (a &+ 1) &* Int(weights[other]) < (b &+ 1) &* Int(weights[one])
    }
}
