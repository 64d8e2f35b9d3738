// SPDX-License-Identifier: Apache-2.0
import Dispatch
import NIOCore
import NIOEmbedded
import SkeinCore
import Testing

@testable import SkeinTransport

/// An embedded loop that knows how many tasks it holds.
private final class CountingLoop: EventLoop, @unchecked Sendable {
    private let loop = EmbeddedEventLoop()
    private(set) var pending = 0

    var now: NIODeadline { loop.now }
    var inEventLoop: Bool { loop.inEventLoop }

    func advance(by time: TimeAmount) { loop.advanceTime(by: time) }

    func execute(_ task: @escaping @Sendable () -> Void) { loop.execute(task) }

    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        pending += 1
        let scheduled = loop.scheduleTask(deadline: deadline, task)
        scheduled.futureResult.whenComplete { _ in self.pending -= 1 }
        return scheduled
    }

    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: now + delay, task)
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        loop.shutdownGracefully(queue: queue, callback)
    }
}

/// Sets timers and cancels them at random, also while one fires, and remembers which must fire yet, and when.
private final class RandomTimers {
    let loop = CountingLoop()
    private(set) var expected: [Int: NIODeadline] = [:]
    private lazy var timers = LoopTimers(on: loop)
    private var made: [LoopTimer] = []
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    func step() {
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1, 2: set()
        case 3, 4: cancel()
        default: advance(by: Int64.random(in: 0..<15, using: &random))
        }
        #expect(loop.pending <= 1)
    }

    func advance(by milliseconds: Int64) {
        loop.advance(by: .milliseconds(milliseconds))
        #expect(expected.values.allSatisfy { $0 > loop.now })
    }

    private func set() {
        let number = made.count
        // Few instants: there are equal ones, and some that have passed.
        let deadline = loop.now + .milliseconds(Int64.random(in: -5..<40, using: &random))
        expected[number] = max(deadline, loop.now)
        made.append(timers.schedule(at: deadline) { [unowned self] in fired(number) })
    }

    /// Maybe one that has fired or is cancelled.
    private func cancel() {
        guard let number = made.indices.randomElement(using: &random) else { return }
        made[number].cancel()
        expected[number] = nil
    }

    private func fired(_ number: Int) {
        let deadline = expected.removeValue(forKey: number)
        #expect(deadline == loop.now)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: set()
        case 1: cancel()
        default: break
        }
    }
}

@Suite("the timers of an event loop", .timeLimit(.minutes(1)))
struct LoopTimersTests {
    @Test("each fires once and at its time, unless it is cancelled, behind one task", arguments: UInt64(0)..<50)
    func model(seed: UInt64) {
        let timers = RandomTimers(seed: seed)
        for _ in 0..<400 { timers.step() }
        // What is set while others fire is over within a second, too.
        while !timers.expected.isEmpty { timers.advance(by: 1000) }
        timers.advance(by: 1000)
        #expect(timers.loop.pending == 0)
    }

    @Test("one task serves a thousand, and stays where it is when they are cancelled")
    func oneTask() {
        let loop = CountingLoop()
        let timers = LoopTimers(on: loop)
        var fired = 0
        // Each is the soonest.
        let made = (0..<1000).reversed().map { number in
            timers.schedule(in: .milliseconds(Int64(number) + 10)) { fired += 1 }
        }
        #expect(loop.pending == 1)
        for timer in made { timer.cancel() }
        #expect(loop.pending == 1)
        loop.advance(by: .milliseconds(10))
        #expect(loop.pending == 0)
        timers.schedule(in: .milliseconds(5)) { fired += 1 }
        loop.advance(by: .milliseconds(4))
        #expect(fired == 0)
        loop.advance(by: .milliseconds(1))
        #expect(fired == 1)
        #expect(loop.pending == 0)
    }

    @Test("of many that are due together a few fire at a time, so that the loop can do other things")
    func turns() {
        let loop = EmbeddedEventLoop()
        let timers = LoopTimers(on: loop)
        var fired = 0
        for _ in 0..<1000 { timers.schedule(in: .seconds(1)) { fired += 1 } }
        var counts: [Int] = []
        loop.advanceTime(by: .seconds(1))
        while fired < 1000, counts.count < 1000 {
            counts.append(fired)
            loop.advanceTime(by: .milliseconds(1))
        }
        #expect(counts.count > 30 && zip(counts, counts.dropFirst()).allSatisfy { $1 - $0 <= 32 })
        #expect(fired == 1000)
    }

    private final class Held {}

    @Test("one that has fired, is cancelled, or whose loop shuts down holds nothing")
    func release() throws {
        let loop = EmbeddedEventLoop()
        let timers = LoopTimers(on: loop)
        func schedule(in delay: TimeAmount) -> (timer: LoopTimer, held: () -> Held?) {
            let held = Held()
            let timer = timers.schedule(in: delay) { withExtendedLifetime(held) {} }
            return (timer, { [weak held] in held })
        }
        let fired = schedule(in: .seconds(1))
        let cancelled = schedule(in: .seconds(2))
        let dropped = schedule(in: .seconds(3))
        #expect(fired.held() != nil && cancelled.held() != nil && dropped.held() != nil)
        loop.advanceTime(by: .seconds(1))
        cancelled.timer.cancel()
        #expect(fired.held() == nil && cancelled.held() == nil && dropped.held() != nil)
        try loop.syncShutdownGracefully()
        #expect(dropped.held() == nil)
        // They themselves are still there.
        for timer in [fired.timer, cancelled.timer, dropped.timer] { timer.cancel() }
    }
}
