// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Testing

@testable import SkeinTransport

@Suite("the timer of a connection's deadlines", .timeLimit(.minutes(1)))
struct DeadlineTimerTests {
    private final class Item: DeadlineHeapElement {
        let number: Int
        let deadlineInstant: ContinuousClock.Instant
        var heapIndex = -1

        init(_ number: Int, _ instant: ContinuousClock.Instant) {
            self.number = number
            deadlineInstant = instant
        }
    }

    /// Sets timers, all on the loop, and says when the last one has fired.
    private final class Run {
        private(set) var fired: [Int] = []
        private var timer: DeadlineTimer<Item>?

        func start(on loop: any EventLoop, _ done: EventLoopPromise<[Int]>) {
            let now = ContinuousClock.now
            let timer = DeadlineTimer<Item>(on: LoopTimers(on: loop)) { [self] item in
                #expect(item.deadlineInstant <= .now)
                fired.append(item.number)
                // A deadline that is set while others fire; the last one may be due before it.
                if item.number == 1 { self.timer?.insert(Item(5, .now)) }
                if fired.count == 5 {
                    done.succeed(fired)
                    self.timer = nil
                }
            }
            self.timer = timer
            let removed = Item(3, now + .milliseconds(3))
            timer.insert(Item(4, now + .milliseconds(30)))
            timer.insert(Item(2, now + .milliseconds(8)))
            timer.insert(removed)
            timer.insert(Item(1, now + .milliseconds(4)))
            timer.insert(Item(0, now - .seconds(1)))
            timer.remove(removed)
        }
    }

    @Test("deadlines fire in their order, not early, and not when they were removed")
    func order() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let done = loop.makePromise(of: [Int].self)
        loop.execute { Run().start(on: loop, done) }
        let fired = try await done.futureResult.get()
        #expect(fired.filter { $0 != 5 } == [0, 1, 2, 4])
        #expect(fired.contains(5))
    }
}
