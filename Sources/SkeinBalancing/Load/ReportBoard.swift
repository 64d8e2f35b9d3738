// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// The last report of each subchannel whose server sends such, beside the slots: most send none, and then nobody comes
/// here. In parts with a lock each, so that answers of different servers seldom wait for one another.
final class ReportBoard: Sendable {
    struct Entry: Sendable {
        let generation: UInt32
        let report: LoadReport
        let time: PickTime
    }

    private final class Part: Sendable {
        let entries = Mutex<[UInt32: Entry]>([:])
    }

    private let parts = (0..<16).map { _ in Part() }

    func note(_ report: LoadReport, of id: SubchannelID, at time: PickTime) {
        let entry = Entry(generation: id.generation, report: report, time: time)
        part(id.slot).entries.withLock { $0[id.slot] = entry }
    }

    func entry(of id: SubchannelID) -> Entry? {
        part(id.slot).entries.withLock { $0[id.slot] }.flatMap { $0.generation == id.generation ? $0 : nil }
    }

    /// The slot is free.
    func forget(_ slot: UInt32) { part(slot).entries.withLock { _ = $0.removeValue(forKey: slot) } }

    private func part(_ slot: UInt32) -> Part { parts[Int(slot) % parts.count] }
}
