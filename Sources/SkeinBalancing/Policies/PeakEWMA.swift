// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `p2c_peak_ewma`: of two endpoints drawn at random the one where a call will probably end sooner, by the latency that
/// this channel has measured (which rises at once and falls slowly) and its calls in flight, for its weight.
package struct PeakEWMA: EndpointPolicy {
    package static let name = "p2c_peak_ewma"
    package static let ejectsFailing = true

    package init(_ configuration: NoConfiguration, seed: UInt64) {}

    package func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        let endpoints = ready.weighted
        let weights = endpoints.map { Float(max($0.endpoint.weight, 1)) }
        return PeakEWMAPicker(
            ids: endpoints.map(\.id), loads: LoadTable(endpoints), weights: Set(weights).count == 1 ? [] : weights)
    }
}

private struct PeakEWMAPicker: ChoicePicker {
    let ids: [SubchannelID]
    let loads: LoadTable
    /// Empty: all the same.
    let weights: [Float]

    func choose(_ call: borrowing PickContext, again: Int) -> Int {
        var draws = Draws(call, again: again)
        let (one, other) = loads.two(of: &draws, below: ids.count)
        let seconds = loads.expectedSeconds(one, other, at: call.time)
        return cost(other, seconds.1) < cost(one, seconds.0) ? other : one
    }

    func appraisal(_ number: Int, _ call: borrowing PickContext) -> (score: Double?, reason: String) {
        guard loads.isMeasured(number) else { return (nil, "nothing measured yet") }
        return (Double(cost(number, loads.expectedSeconds(number, at: call.time))), "")
    }

    private func cost(_ number: Int, _ seconds: Float) -> Float {
        weights.isEmpty ? seconds : seconds / weights[number]
    }
}
