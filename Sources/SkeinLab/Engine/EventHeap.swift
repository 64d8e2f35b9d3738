// SPDX-License-Identifier: Apache-2.0

/// What is to happen, soonest first; of what is due at the same time, what was added first.
struct EventHeap<Event> {
    fileprivate struct Entry {
        let time: Double
        let order: UInt64
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    private var entries: [Entry] = []
    private var added: UInt64 = 0

    var count: Int { entries.count }

    var first: Event? { entries.first?.event }

    /// When the first is due; never, when there is none.
    var nextTime: Double { entries.first?.time ?? .infinity }

    mutating func add(_ event: Event, at time: Double) {
        let entry = Entry(time: time, order: added, event: event)
        added += 1
        entries.append(entry)
        entries.withUnsafeMutableBufferPointer { entries in
            var place = entries.count - 1
            while place > 0 {
                let parent = (place - 1) / 4
                guard entry.isBefore(entries[parent]) else { break }
                entries[place] = entries[parent]
                place = parent
            }
            entries[place] = entry
        }
    }

    mutating func next() -> (time: Double, event: Event)? {
        guard let last = entries.popLast() else { return nil }
        guard let first = entries.first else { return (last.time, last.event) }
        entries.withUnsafeMutableBufferPointer { EventHeap.sink(last, in: $0) }
        return (first.time, first.event)
    }

    /// Puts `entry` in the place of the first.
    private static func sink(_ entry: Entry, in entries: UnsafeMutableBufferPointer<Entry>) {
        var place = 0
        while true {
            let start = 4 * place + 1
            guard start < entries.count else { break }
            var least = start
            for child in start + 1..<max(start + 1, min(start + 4, entries.count))
            where entries[child].isBefore(entries[least]) {
                least = child
            }
            guard entries[least].isBefore(entry) else { break }
            entries[place] = entries[least]
            place = least
        }
        entries[place] = entry
    }
}

extension EventHeap: Sendable where Event: Sendable {}
extension EventHeap.Entry: Sendable where Event: Sendable {}
