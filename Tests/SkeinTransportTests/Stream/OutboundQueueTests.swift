// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@Suite("messages to send on a stream", .timeLimit(.minutes(1)))
struct OutboundQueueTests {
    private func message(_ number: Int, size: Int = 1) -> Buffer {
        Buffer([UInt8(truncatingIfNeeded: number)] + [UInt8](repeating: 0, count: size - 1))
    }

    private func numbers(_ messages: [Buffer]) -> [UInt8] { messages.compactMap { [UInt8]($0).first } }

    private func accepted(_ written: OutboundQueue.Written) -> (wake: Bool, isFull: Bool)? {
        if case .accepted(let wake, let isFull) = written { (wake, isFull) } else { nil }
    }

    @Test("only the first write after a take wakes the loop")
    func wakes() {
        var queue = OutboundQueue(highWater: 100, replayLimit: 0)
        #expect(accepted(queue.write(message(1)))?.wake == true)
        #expect(accepted(queue.write(message(2)))?.wake == false)
        #expect(numbers(queue.take().messages) == [1, 2])
        #expect(accepted(queue.write(message(3)))?.wake == true)
        #expect(queue.finish() == false)
        let (messages, isFinished) = queue.take()
        #expect(numbers(messages) == [3])
        #expect(isFinished)
        #expect(queue.traffic == .init(messages: 3, bytes: 3))
    }

    @Test("the end wakes the loop once, and nothing is written after it")
    func finish() {
        var queue = OutboundQueue(highWater: 100, replayLimit: 0)
        #expect(queue.finish() == true)
        #expect(queue.finish() == false)
        guard case .refused(let error) = queue.write(message(1)) else {
            Issue.record("a write after the end was accepted")
            return
        }
        #expect(error.code == .failedPrecondition)
    }

    @Test("a writer is held back at the high-water mark, counting what the session holds")
    func highWater() async {
        await withUnsafeContinuation { (waiter: OutboundQueue.Waiter) in
            var queue = OutboundQueue(highWater: 10, replayLimit: 0)
            #expect(accepted(queue.write(message(1, size: 9)))?.isFull == false)
            let parked = queue.park(waiter)
            #expect(!parked)
            #expect(accepted(queue.write(message(2)))?.isFull == true)
            #expect(queue.park(waiter) == true)
            _ = queue.take()
            #expect(queue.sessionHolds(10).isEmpty)
            let woken = queue.sessionHolds(9)
            #expect(woken.count == 1)
            for waiter in woken { waiter.resume() }
        }
    }

    @Test("a failure wakes every writer, drops what was written, and stays the first one")
    func failure() async {
        await withUnsafeContinuation { (waiter: OutboundQueue.Waiter) in
            var queue = OutboundQueue(highWater: 1, replayLimit: 100)
            _ = queue.write(message(1))
            #expect(queue.park(waiter) == true)
            let woken = queue.fail(RPCError(.aborted, "first"))
            #expect(woken.count == 1)
            _ = queue.fail(RPCError(.dataLoss, "second"))
            #expect(queue.writeFailure?.code == .aborted)
            #expect(queue.take().messages.isEmpty)
            if case .accepted = queue.write(message(2)) { Issue.record("written after a failure") }
            #expect(queue.finish() == false)
            for waiter in woken { waiter.resume() }
        }
    }

    @Test("until it is committed, everything can be sent again, in order")
    func rewind() {
        var queue = OutboundQueue(highWater: 1000, replayLimit: 10)
        _ = queue.write(message(1))
        _ = queue.write(message(2))
        _ = queue.take()
        _ = queue.write(message(3))
        #expect(queue.rewind() == true)
        #expect(accepted(queue.write(message(4)))?.wake == true)
        _ = queue.finish()
        let (messages, isFinished) = queue.take()
        #expect(numbers(messages) == [1, 2, 3, 4])
        #expect(isFinished)
        queue.commit()
        #expect(queue.rewind() == false)
    }

    @Test(
        "more than the replay limit commits the call, and so does a limit of 0", arguments: [(10, true), (11, false)])
    func replayLimit(bytes: Int, canRewind: Bool) {
        var queue = OutboundQueue(highWater: 1000, replayLimit: 10)
        _ = queue.write(message(1, size: bytes))
        _ = queue.take()
        #expect(queue.rewind() == canRewind)
        var none = OutboundQueue(highWater: 1000, replayLimit: 0)
        #expect(none.rewind() == false)
    }

    @Test("over any history of attempts, the last one sends all messages in order", arguments: UInt64(0)..<50)
    func replay(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = OutboundQueue(highWater: .max, replayLimit: .max)
        var attempt: [UInt8] = []
        var next = 0
        for _ in 0..<100 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0...2:
                _ = queue.write(message(next))
                next += 1
            case 3, 4: attempt += numbers(queue.take().messages)
            default:
                #expect(queue.rewind() == true)
                attempt = []
            }
        }
        attempt += numbers(queue.take().messages)
        #expect(attempt == (0..<next).map { UInt8(truncatingIfNeeded: $0) })
    }
}
