// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The config of a policy that goes by what servers report of their load.
package struct ProbingConfiguration: LoadBalancingConfiguration {
    /// Endpoints with fresh reports among which a pick chooses, at most; fewer when there are few endpoints.
    package var poolSize = 6
    /// Endpoints asked for their load for each call, beside the reports that come with answers.
    package var probesPerCall = 0.25
    /// Altogether, for this channel.
    package var maxProbesPerSecond = 50.0
    /// Servers with more calls in flight than this share of the reports had are avoided; `nil`: as suits the policy.
    package var hotQuantile: Double?

    package init() {}

    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        poolSize = try fields.int("poolSize", default: 6, in: 2...LoadPool.most)
        probesPerCall = try fields.double("probesPerCall", default: 0.25, in: 0...3)
        maxProbesPerSecond = try fields.double("maxProbesPerSecond", default: 50, in: 0...1_000_000)
        if fields.contains("hotQuantile") { hotQuantile = try fields.double("hotQuantile", default: 1, in: 0...1) }
    }
}
