// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore
internal import Synchronization

/// Waits in a `PickQueue`.
protocol PickWaiter: AnyObject, Sendable {
    /// There is a newer picker: pick again. From any thread.
    func pickerPublished()
    /// The deadline passed before there was one.
    func deadlinePassedWaiting()
}

/// The calls that wait for a picker newer than the one that told them to.
final class PickQueue: Sendable {
    private struct Entry {
        let waiter: any PickWaiter
        let number: UInt64
        let timer: Scheduled<Void>?
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var next: UInt64 = 0
    }

    private let eventLoop: any EventLoop
    private let published = Atomic<UInt64>(0)
    private let state = Mutex(State())

    init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// The newest publication that waiting calls have been told of.
    var generation: UInt64 { published.load(ordering: .acquiring) }

    var isEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// Tells `waiter` once a publication after `generation` is there, or `deadline` has passed. `false`, and it hears
    /// nothing, when there is one already.
    func wait(_ waiter: any PickWaiter, after generation: UInt64, until deadline: Deadline?) -> Bool {
        let key = ObjectIdentifier(waiter)
        return state.withLock { state in
            guard published.load(ordering: .relaxed) <= generation else { return false }
            let timer = deadline.map { deadline in
                eventLoop.scheduleTask(in: TimeAmount(max(.zero, deadline.remaining))) { [weak self] in
                    guard let entry = self?.take(key) else { return }
                    entry.waiter.deadlinePassedWaiting()
                }
            }
            state.next += 1
            state.entries[key] = Entry(waiter: waiter, number: state.next, timer: timer)
            return true
        }
    }

    /// Takes a waiter out; `false` when it does not wait, or is about to be told.
    func leave(_ waiter: any PickWaiter) -> Bool {
        guard let entry = take(ObjectIdentifier(waiter)) else { return false }
        entry.timer?.cancel()
        return true
    }

    private func take(_ key: ObjectIdentifier) -> Entry? {
        state.withLock { $0.entries.removeValue(forKey: key) }
    }

    /// Lets every call that waits pick again, in the order in which they came.
    func published(_ generation: UInt64) {
        let entries = state.withLock { state in
            published.store(generation, ordering: .releasing)
            defer { state.entries = [:] }
            return state.entries.values.sorted { $0.number < $1.number }
        }
        for entry in entries {
            entry.timer?.cancel()
            entry.waiter.pickerPublished()
        }
    }
}
