// SPDX-License-Identifier: Apache-2.0
package import NIOCore
internal import NIOPosix

/// The timers of an event loop, behind a single one of NIO's, which is set for the soonest. On the loop.
///
/// To cancel one of its own, NIO looks through all that its loop has: thousands of connections that end together would
/// take a time that grows with their square. Here that costs O(log n). Most timers are cancelled, so that NIO's is not
/// moved then: it fires for nobody and is set anew.
package final class LoopTimers: @unchecked Sendable {  // owned by `eventLoop`
    /// So many fire, then what else the loop has to do has its turn: calls do not wait for a thousand connections whose
    /// time is over together.
    private static let batch = 16
    private static let turn = TimeAmount.milliseconds(1)

    package let eventLoop: any EventLoop
    private var heap = DeadlineHeap<LoopTimer>()
    private var task: (deadline: NIODeadline, scheduled: Scheduled<Void>)?

    package init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Calls `action` when `delay` has passed, and not sooner. A loop that shuts down calls nothing any more.
    @discardableResult
    package func schedule(in delay: TimeAmount, _ action: @escaping () -> Void) -> LoopTimer {
        schedule(at: eventLoop.now + delay, action)
    }

    /// Calls `action` at `deadline`, and not sooner. A loop that shuts down calls nothing any more.
    @discardableResult
    package func schedule(at deadline: NIODeadline, _ action: @escaping () -> Void) -> LoopTimer {
        eventLoop.assertInEventLoop()
        // Not in the past, so that a task that is due, and may be running, never has to be moved.
        let timer = LoopTimer(at: max(deadline, eventLoop.now), of: self, action)
        heap.insert(timer)
        setTask()
        return timer
    }

    fileprivate func remove(_ timer: LoopTimer) {
        eventLoop.assertInEventLoop()
        heap.remove(timer)
    }

    private func setTask(notBefore earliest: NIODeadline = .uptimeNanoseconds(0)) {
        guard let first = heap.first?.deadlineInstant else { return }
        let deadline = max(first, earliest)
        if let task {
            if task.deadline <= deadline { return }
            self.task = nil
            task.scheduled.cancel()
        }
        let scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in fire() }
        task = (deadline, scheduled)
        scheduled.futureResult.assumeIsolated().whenFailure { [self] _ in
            // It was not moved: the loop shuts down.
            guard task?.deadline == deadline else { return }
            while let timer = heap.first { timer.cancel() }
        }
    }

    private func fire() {
        let now = eventLoop.now
        var fired = 0
        while fired < LoopTimers.batch, let first = heap.first, first.deadlineInstant <= now {
            heap.remove(first)
            first.fire()
            fired += 1
        }
        // Not before: what the actions have scheduled shares the next task with the rest.
        task = nil
        setTask(notBefore: fired == LoopTimers.batch ? now + LoopTimers.turn : now)
    }

    /// The timers of each event loop of a group.
    package struct Group: Sendable {
        /// Of the process's event loops.
        package static let singleton = Group(Array(MultiThreadedEventLoopGroup.singleton.makeIterator()))

        private let timers: [ObjectIdentifier: LoopTimers]

        package init(_ eventLoops: [any EventLoop]) {
            timers = Dictionary(uniqueKeysWithValues: eventLoops.map { (ObjectIdentifier($0), LoopTimers(on: $0)) })
        }

        /// A loop of another group gets timers that are the caller's alone.
        package subscript(eventLoop: any EventLoop) -> LoopTimers {
            timers[ObjectIdentifier(eventLoop)] ?? LoopTimers(on: eventLoop)
        }
    }
}

/// One of `LoopTimers`. It lets go of its action when it has fired or is cancelled.
package final class LoopTimer: DeadlineHeapElement {
    package let deadlineInstant: NIODeadline
    package var heapIndex = -1
    private let timers: LoopTimers
    private var action: (() -> Void)?

    fileprivate init(at deadline: NIODeadline, of timers: LoopTimers, _ action: @escaping () -> Void) {
        deadlineInstant = deadline
        self.timers = timers
        self.action = action
    }

    /// Does nothing once it has fired. On the loop.
    package func cancel() {
        timers.remove(self)
        action = nil
    }

    fileprivate func fire() { action.take()?() }
}
