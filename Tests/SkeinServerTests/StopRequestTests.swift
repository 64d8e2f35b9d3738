// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import Synchronization
import Testing

@testable import SkeinServer

@Suite("the wish to stop a server", .timeLimit(.minutes(1)))
struct StopRequestTests {
    @Test("the first wish ends the wait, before it or after it")
    func first() async {
        let early = StopRequest()
        early.request()
        await early.wait()
        let late = StopRequest()
        async let waiting: Void = late.wait()
        late.request()
        await waiting
    }

    @Test("the second wish is told once it is there", arguments: [0, 1, 2])
    func second(before: Int) {
        let stop = StopRequest()
        let told = Atomic(0)
        for _ in 0..<before { stop.request() }
        stop.onSecond { told.add(1, ordering: .relaxed) }
        #expect(told.load(ordering: .relaxed) == (before > 1 ? 1 : 0))
        for _ in before..<2 { stop.request() }
        #expect(told.load(ordering: .relaxed) == 1)
    }

    @Test("a wait ends with its signal, with the second wish, or when its time is over", arguments: ["s", "w", "t"])
    func waits(for end: String) async {
        let stop = StopRequest()
        stop.request()
        let signal = Signal()
        let limit = end == "t" ? Duration.milliseconds(20) : .seconds(3600)
        async let waiting: Void = stop.wait(
            for: signal, atMost: limit, on: MultiThreadedEventLoopGroup.singleton.any())
        if end == "s" { signal.give() }
        if end == "w" { stop.request() }
        await waiting
    }

    @Test("what waits for a signal hears of it once, before it or after it")
    func signal() {
        let signal = Signal()
        let told = Atomic(0)
        signal.then { told.add(1, ordering: .relaxed) }
        #expect(told.load(ordering: .relaxed) == 0)
        signal.give()
        signal.give()
        #expect(told.load(ordering: .relaxed) == 1)
        signal.then { told.add(1, ordering: .relaxed) }
        #expect(told.load(ordering: .relaxed) == 2)
    }
}
