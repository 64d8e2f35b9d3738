// SPDX-License-Identifier: Apache-2.0

/// How the attempts on an endpoint have ended so far. Each counter wraps: only differences count.
package struct OutcomeCounts: Sendable, Hashable {
    package var successes: UInt32 = 0
    /// Caller's errors.
    package var refusals: UInt32 = 0
    /// The endpoint's failures.
    package var faults: UInt32 = 0
    /// Cancelled.
    package var unknown: UInt32 = 0

    package init() {}

    /// What has come since `earlier`.
    package func since(_ earlier: OutcomeCounts) -> OutcomeCounts {
        var difference = OutcomeCounts()
        difference.successes = successes &- earlier.successes
        difference.refusals = refusals &- earlier.refusals
        difference.faults = faults &- earlier.faults
        difference.unknown = unknown &- earlier.unknown
        return difference
    }
}
