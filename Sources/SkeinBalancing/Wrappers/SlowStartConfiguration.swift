// SPDX-License-Identifier: Apache-2.0
internal import CSkein
package import SkeinCore

package struct SlowStartConfiguration: ContainerConfiguration {
    package var child: LoadBalancing? = .weightedRoundRobin
    package var window = Duration.seconds(30)
    /// Above 1, an endpoint gets more at first and less later.
    package var aggression = 1.0
    /// Of its share, what it gets at least.
    package var minWeightPercent = 10.0

    package var children: [LoadBalancing] { child.map { [$0] } ?? [] }

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        window = try fields.duration("window", default: window, in: .milliseconds(1)...(.seconds(86_400)))
        aggression = try fields.double("aggression", default: aggression, in: 0.01...100)
        minWeightPercent = try fields.double("minWeightPercent", default: minWeightPercent, in: 0...100)
        child = try fields.policy("childPolicy") ?? .weightedRoundRobin
    }

    /// Which part of its calls an endpoint keeps so long after it became ready.
    func share(after time: Duration) -> Double {
        let progress = min(max(time / window, 0), 1)
        let share =
            aggression == 1 || progress == 0
            ? progress : Double(skein_exp(skein_log2(Float(progress)) / Float(aggression) * 0.693_147_18))
        return min(max(share, minWeightPercent / 100), 1)
    }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        try validateChildren(policies, as: choice, isBare: true, reading)
    }
}
