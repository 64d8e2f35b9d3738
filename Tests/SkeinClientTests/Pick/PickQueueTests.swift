// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import SkeinCore
import Synchronization
import Testing

@testable import SkeinClient

/// Counts what it is told.
private final class Waiter: PickWaiter {
    let published = Atomic(0)
    let late = Atomic(0)
    let onPublished = Mutex<(@Sendable () -> Void)?>(nil)

    func pickerPublished() {
        published.add(1, ordering: .sequentiallyConsistent)
        onPublished.withLock { $0 }?()
    }

    func deadlinePassedWaiting() { late.add(1, ordering: .sequentiallyConsistent) }

    var counts: [Int] { [published.load(ordering: .relaxed), late.load(ordering: .relaxed)] }
}

private final class Flag: Sendable {
    let isSet = Atomic(false)
}

@Suite("calls that wait for a picker", .timeLimit(.minutes(1)))
struct PickQueueTests {
    private let queue = PickQueue(on: MultiThreadedEventLoopGroup.singleton.next())

    @Test("a waiter is told once, by the next publication")
    func told() {
        let waiter = Waiter()
        #expect(queue.wait(waiter, after: 0, until: nil))
        #expect(!queue.isEmpty)
        queue.published(1)
        queue.published(2)
        #expect(waiter.counts == [1, 0])
        #expect(queue.isEmpty)
    }

    @Test("who has seen an older picker than the newest does not wait")
    func stale() {
        let waiter = Waiter()
        queue.published(3)
        #expect(queue.generation == 3)
        #expect(!queue.wait(waiter, after: 2, until: nil))
        #expect(queue.wait(waiter, after: 3, until: nil))
        #expect(queue.leave(waiter))
        #expect(!queue.leave(waiter))
        queue.published(4)
        #expect(waiter.counts == [0, 0])
    }

    @Test("waiters are told in the order in which they came, and may wait again at once")
    func order() {
        let order = Mutex<[Int]>([])
        let waiters = (0..<100).map { _ in Waiter() }
        for (index, waiter) in waiters.enumerated() {
            waiter.onPublished.withLock {
                $0 = { [queue] in
                    order.withLock { $0.append(index) }
                    _ = queue.wait(waiter, after: 7, until: nil)
                }
            }
            _ = queue.wait(waiter, after: 0, until: nil)
        }
        queue.published(7)
        #expect(order.withLock { $0 } == Array(0..<100))
        #expect(!queue.isEmpty)
        for waiter in waiters {
            #expect(queue.leave(waiter))
            waiter.onPublished.withLock { $0 = nil }
        }
    }

    @Test("a waiter whose deadline passes is told so, once, and is gone")
    func deadline() async throws {
        let waiter = Waiter()
        #expect(queue.wait(waiter, after: 0, until: .after(.milliseconds(5))))
        while waiter.counts == [0, 0] { await Task.yield() }
        #expect(waiter.counts == [0, 1])
        #expect(queue.isEmpty)
        queue.published(1)
        #expect(waiter.counts == [0, 1])
    }

    private func waitOnce(in queue: PickQueue, leaving: Bool) async {
        let waiter = Waiter()
        let generation = queue.generation
        guard queue.wait(waiter, after: generation, until: nil) else { return }
        let hasLeft = leaving && queue.leave(waiter)
        while !hasLeft, waiter.counts == [0, 0] { await Task.yield() }
        #expect(waiter.counts == [hasLeft ? 0 : 1, 0])
    }

    @Test("no wake-up is lost between publications, waits and leaves", arguments: UInt64(0)..<10)
    func stress(seed: UInt64) async {
        let queue = queue
        let isOver = Flag()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<3 {
                group.addTask { @concurrent in
                    var random = SplitMix64(seed: seed * 3 + UInt64(task))
                    for _ in 0..<2000 {
                        await waitOnce(in: queue, leaving: Int.random(in: 0..<4, using: &random) == 0)
                    }
                }
            }
            group.addTask { @concurrent in
                var generation: UInt64 = 0
                while !isOver.isSet.load(ordering: .relaxed) {
                    generation += 1
                    queue.published(generation)
                    await Task.yield()
                }
            }
            for _ in 0..<3 { await group.next() }
            isOver.isSet.store(true, ordering: .relaxed)
        }
        #expect(queue.isEmpty)
    }
}
