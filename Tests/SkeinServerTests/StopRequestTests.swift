// SPDX-License-Identifier: Apache-2.0
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
}
