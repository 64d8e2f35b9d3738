// SPDX-License-Identifier: Apache-2.0

/// What a picker has to say beside where an attempt goes: plain bytes.
package struct PickRemarks: Sendable {
    /// What comes back to the policy with the attempt's outcome.
    package var note: UInt32 = 0
    package var wishes = PickWishes()

    package init() {}
}
