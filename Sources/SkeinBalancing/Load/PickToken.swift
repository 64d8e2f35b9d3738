// SPDX-License-Identifier: Apache-2.0
/// What remains of a pick: told to `SlotTable.completed` once, when the attempt has ended.
@usableFromInline
package struct PickToken: Sendable, Hashable {
    package let id: SubchannelID
    /// What the picker said with its choice.
    package let note: UInt32
    /// When it was.
    package let start: PickTime
}
