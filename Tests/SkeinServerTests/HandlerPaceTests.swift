// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinServer

@Suite("the pace of a method's handlers", .timeLimit(.minutes(1)))
struct HandlerPaceTests {
    private let now = LoopClock.now

    /// Tells `pace` of calls, `s` for a slow one; what was news.
    private func run(_ calls: String, _ pace: HandlerPace, at end: Int64) -> [Bool] {
        calls.map { pace.firstStretch(from: end - ($0 == "s" ? HandlerPace.slow + 1 : HandlerPace.slow), to: end) }
    }

    @Test(
        "two slow stretches among eight keep a method off the loop, one does not",
        arguments: [
            ("s", true), ("sffffffffs", true), ("ss", false), ("sffffffs", false), ("fffffff", true),
            ("sfffffffsfffffffs", true),
        ])
    func slow(calls: String, mayStartOnLoop: Bool) {
        let pace = HandlerPace()
        #expect(pace.mayStartOnLoop)
        let news = run(calls, pace, at: now)
        #expect(news.contains(true) == !mayStartOnLoop)
        #expect(pace.mayStartOnLoop == mayStartOnLoop)
    }

    @Test("slowness is news once, and again after the memory has passed")
    func decay() {
        let pace = HandlerPace()
        #expect(run("ssss", pace, at: now) == [false, true, false, false])
        #expect(!pace.mayStartOnLoop)
        let old = HandlerPace()
        #expect(run("ss", old, at: now - HandlerPace.memory - 1_000_000_000) == [false, true])
        #expect(old.mayStartOnLoop)
        #expect(run("ss", old, at: now) == [false, true])
        #expect(!old.mayStartOnLoop)
    }
}
