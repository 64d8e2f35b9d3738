// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What a pick came to.
package enum PickOutcome<Subchannel: AnyObject & Sendable> {
    /// The attempt counts as started, and keeps the subchannel alive until `SlotTable.completed` takes the token, which
    /// it does when the attempt has ended.
    case picked(Unmanaged<Subchannel>, PickToken)
    /// Wait for a picker newer than this publication.
    case queue(generation: UInt64)
    /// Fail the call, unless it waits for ready.
    case fail(RPCError)
    /// Fail the call.
    case drop(RPCError)
}
