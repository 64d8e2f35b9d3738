// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@Suite("received messages of a stream", .timeLimit(.minutes(1)))
struct InboundQueueTests {
    private let error = RPCError(.aborted, "over")

    private func text(_ taken: InboundQueue.Taken) -> String {
        switch taken {
        case .message(let message, let credit): "\([UInt8](message.bytes)) \(credit)"
        case .ended(let error): "ended \(error.map { "\($0.code)" } ?? "well")"
        case .empty: "empty"
        }
    }

    @Test("messages come in order, their credit once it is worth announcing")
    func credits() {
        var queue = InboundQueue(creditThreshold: 10)
        #expect(text(queue.take()) == "empty")
        for number in UInt8(1)...3 { _ = queue.deliver(ReceivedMessage(Buffer([number])), wireLength: 6) }
        #expect(text(queue.take()) == "[1] 0")
        #expect(text(queue.take()) == "[2] 12")
        #expect(text(queue.take()) == "[3] 0")
        #expect(text(queue.take()) == "empty")
        #expect(queue.traffic == .init(messages: 3, bytes: 3))
    }

    @Test("after a good end the rest can be read; after a discarding one it is credited and gone")
    func ends() {
        var queue = InboundQueue(creditThreshold: 100)
        _ = queue.deliver(ReceivedMessage(Buffer([1])), wireLength: 6)
        _ = queue.deliver(ReceivedMessage(Buffer([2])), wireLength: 6)
        #expect(queue.finish(nil, discarding: false).credit == 0)
        #expect(queue.deliver(ReceivedMessage(Buffer([3])), wireLength: 6) == nil)
        #expect(text(queue.take()) == "[1] 6")
        #expect(queue.finish(error, discarding: true).credit == 6)
        #expect(text(queue.take()) == "ended \(error.code)")
        #expect(queue.failure?.code == error.code)
        #expect(queue.finish(nil, discarding: false).credit == 0)
        #expect(text(queue.take()) == "ended \(error.code)")
    }

    @Test("a reader parks only while there is nothing to take, and a message wakes one")
    func parking() async {
        await withUnsafeContinuation { (waiter: InboundQueue.Waiter) in
            var queue = InboundQueue(creditThreshold: 10)
            _ = queue.deliver(ReceivedMessage(Buffer([1])), wireLength: 6)
            if case .parked = queue.park(waiter) { Issue.record("parked beside a message") }
            _ = queue.take()
            guard case .parked(tellLoop: false) = queue.park(waiter) else {
                Issue.record("not parked")
                return waiter.resume()
            }
            guard let woken = queue.deliver(ReceivedMessage(Buffer([2])), wireLength: 6) else {
                Issue.record("nobody was woken")
                return waiter.resume()
            }
            #expect(queue.deliver(ReceivedMessage(Buffer([3])), wireLength: 6) == nil)
            woken.resume()
        }
        await withUnsafeContinuation { (waiter: InboundQueue.Waiter) in
            var queue = InboundQueue(creditThreshold: 10)
            _ = queue.park(waiter)
            let woken = queue.finish(nil, discarding: false).waiters
            #expect(woken.count == 1)
            if case .parked = queue.park(waiter) { Issue.record("parked after the end") }
            for waiter in woken { waiter.resume() }
        }
    }

    @Test("bytes of an incomplete message are credited only while a reader waits")
    func partial() async {
        await withUnsafeContinuation { (waiter: InboundQueue.Waiter) in
            var queue = InboundQueue(creditThreshold: 100)
            _ = queue.deliver(ReceivedMessage(Buffer([1])), wireLength: 6)
            _ = queue.take()
            #expect(queue.creditIfReaderWaits(holding: 500) == nil)
            guard case .parked(tellLoop: true) = queue.park(waiter) else {
                Issue.record("the loop is not told of the reader")
                return waiter.resume()
            }
            // With what was saved up.
            #expect(queue.creditIfReaderWaits(holding: 500) == 6)
            #expect(queue.creditIfReaderWaits(holding: 20) == 0)
            for waiter in queue.takeWaiters() { waiter.resume() }
        }
    }

    @Test("over any history, the credit is exactly what was delivered", arguments: UInt64(0)..<50)
    func conservation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = InboundQueue(creditThreshold: Int.random(in: 0...50, using: &random))
        var delivered = 0
        var credited = 0
        var next: UInt8 = 0
        var expected: UInt8 = 0
        for _ in 0..<200 {
            if Bool.random(using: &random) {
                let length = Int.random(in: 5...30, using: &random)
                _ = queue.deliver(ReceivedMessage(Buffer([next])), wireLength: length)
                next &+= 1
                delivered += length
            } else if case .message(let message, let credit) = queue.take() {
                #expect([UInt8](message.bytes) == [expected])
                expected &+= 1
                credited += credit
            }
        }
        credited += queue.finish(nil, discarding: Bool.random(using: &random)).credit
        while case .message(_, let credit) = queue.take() { credited += credit }
        credited += queue.finish(error, discarding: true).credit
        #expect(credited == delivered)
    }
}
