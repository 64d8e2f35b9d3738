// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinBalancing

/// Lets only so many attempts of a channel to connect run at a time; what would be more waits for its turn.
struct ConnectQueue {
    static let limit = 64

    /// A subchannel connects, or makes a new connection beside the one that it has.
    struct Turn: Hashable {
        let id: SubchannelID
        var isRenewal = false
    }

    private let limit: Int
    /// With the attempts that each may make at the same time.
    private var running: [Turn: Int] = [:]
    /// Of all in `running`.
    private var attempts = 0
    private var waiting = CircularBuffer<Turn>()
    /// Those in `waiting` that still want to.
    private var wanting: [Turn: Int] = [:]

    init(limit: Int = ConnectQueue.limit) { self.limit = limit }

    /// Something is to connect, with so many attempts at the same time; whether it may at once.
    mutating func wants(_ turn: Turn, attempts: Int = 1) -> Bool {
        guard running[turn] == nil, wanting[turn] == nil else { return false }
        wanting[turn] = min(attempts, limit)
        waiting.append(turn)
        return next().contains(turn)
    }

    /// It does not connect any more, for whatever reason; those whose turn it is now.
    mutating func ended(_ turn: Turn) -> [Turn] {
        wanting[turn] = nil
        if let count = running.removeValue(forKey: turn) { attempts -= count }
        return next()
    }

    private mutating func next() -> [Turn] {
        var next: [Turn] = []
        while let turn = waiting.first {
            if let count = wanting[turn] {
                guard attempts + count <= limit else { break }
                wanting[turn] = nil
                running[turn] = count
                attempts += count
                next.append(turn)
            }
            _ = waiting.popFirst()
        }
        return next
    }
}
