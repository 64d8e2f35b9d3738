// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `prequal`: of a few servers that were asked lately the one with the lowest latency, but none that has more calls in
/// flight than most (Wydrowski and others: "Load is not what you should balance").
package struct Prequal: EndpointPolicy {
    package static let name = "prequal"
    package static let ejectsFailing = true
    private var pooled: PooledChoice

    package init(_ configuration: ProbingConfiguration, seed: UInt64) {
        pooled = PooledChoice(.hotCold, hotShare: 0.84, configuration)
    }

    package mutating func reconfigure(_ configuration: ProbingConfiguration, seed: UInt64) {
        pooled.reconfigure(configuration)
    }

    package mutating func makePicker(over ready: [ReadyEndpoint]) -> some Picker { pooled.makePicker(over: ready) }
}

/// `expected_delay`: of a few servers that reported lately the one where one more call will end first, by the time that
/// a call takes there alone and the calls in flight, but none that has more of these than most.
package struct ExpectedDelay: EndpointPolicy {
    package static let name = "expected_delay"
    package static let ejectsFailing = true
    private var pooled: PooledChoice

    package init(_ configuration: ProbingConfiguration, seed: UInt64) {
        pooled = PooledChoice(.expectedDelay, hotShare: 0.9, configuration)
    }

    package mutating func reconfigure(_ configuration: ProbingConfiguration, seed: UInt64) {
        pooled.reconfigure(configuration)
    }

    package mutating func makePicker(over ready: [ReadyEndpoint]) -> some Picker { pooled.makePicker(over: ready) }
}
