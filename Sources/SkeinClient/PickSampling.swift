// SPDX-License-Identifier: Apache-2.0

/// Which picks a channel explains on its own, and how many of the explanations it keeps.
public struct PickSampling: Sendable, Hashable {
    /// Of so many picks one is explained.
    public var every: Int
    /// So many of the latest explanations are kept.
    public var keeping: Int

    public init(every: Int, keeping: Int = 64) {
        self.every = max(every, 1)
        self.keeping = max(keeping, 1)
    }
}
