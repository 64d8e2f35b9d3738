// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What a pick came to.
package enum PickOutcome<Subchannel: AnyObject & Sendable> {
    /// The attempt counts as started; `SlotTable.completed` takes the token when it has ended.
    case picked(Subchannel, PickToken)
    /// Wait for a picker newer than this publication.
    case queue(generation: UInt64)
    /// Fail the call, unless it waits for ready.
    case fail(RPCError)
    /// Fail the call.
    case drop(RPCError)
}
