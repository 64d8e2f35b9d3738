// SPDX-License-Identifier: Apache-2.0

/// Names one subchannel of one channel: what a policy creates and a picker returns. Never used twice.
public struct SubchannelID: Sendable, Hashable {
    /// Its place in the channel's `SlotTable`.
    package let slot: UInt32
    /// Which of the subchannels that had this slot; 0 is none.
    package let generation: UInt32

    /// No subchannel.
    package static var none: SubchannelID { SubchannelID(slot: 0, generation: 0) }

    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

extension SubchannelID: CustomStringConvertible {
    public var description: String { generation == 1 ? "\(slot)" : "\(slot).\(generation)" }
}

/// Tells the timers of one policy apart; the policy chooses the numbers.
public struct TimerID: Sendable, Hashable {
    package let raw: UInt32

    public init(_ raw: UInt32) { self.raw = raw }
}
