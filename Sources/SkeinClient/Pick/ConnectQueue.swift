// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinBalancing

/// Lets only so many subchannels of a channel connect at a time; the others wait for their turn.
struct ConnectQueue {
    static let limit = 64

    private let limit: Int
    private var running: Set<SubchannelID> = []
    private var waiting = CircularBuffer<SubchannelID>()
    /// Those in `waiting` that still want to.
    private var wanting: Set<SubchannelID> = []

    init(limit: Int = ConnectQueue.limit) { self.limit = limit }

    /// An idle subchannel is to connect; whether it may at once.
    mutating func wants(_ id: SubchannelID) -> Bool {
        guard !running.contains(id), !wanting.contains(id) else { return false }
        guard running.count >= limit else {
            running.insert(id)
            return true
        }
        wanting.insert(id)
        waiting.append(id)
        return false
    }

    /// A subchannel does not connect any more, for whatever reason; the one whose turn it is now.
    mutating func ended(_ id: SubchannelID) -> SubchannelID? {
        wanting.remove(id)
        guard running.remove(id) != nil else { return nil }
        while let next = waiting.popFirst() {
            guard wanting.remove(next) != nil else { continue }
            running.insert(next)
            return next
        }
        return nil
    }
}
