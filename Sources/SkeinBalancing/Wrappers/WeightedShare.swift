// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// One of the parts of `LoadBalancing.weightedTarget`.
public struct WeightedShare: Sendable, Hashable {
    /// What the `ChildPath` of its endpoints says, or their zone.
    public var name: String
    /// Its share of the calls is that of its weight among those of the parts that are ready; at least 1.
    public var weight: Int
    /// Chooses among its endpoints.
    public var policy: LoadBalancing

    public init(_ name: String, weight: Int, over policy: LoadBalancing = .roundRobin) {
        self.name = name
        self.weight = weight
        self.policy = policy
    }
}
