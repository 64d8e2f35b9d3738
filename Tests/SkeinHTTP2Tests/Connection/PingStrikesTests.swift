// SPDX-License-Identifier: Apache-2.0
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(1))) struct PingStrikesTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("the third PING that comes too soon is one too many")
    func strikes() {
        var strikes = PingStrikes(minimumInterval: .seconds(300), permitsWithoutCalls: false)
        let answers = [0, 300, 301, 599, 600, 601, 602, 603].map { strikes.received(at: at($0), liveStreams: 1) }
        #expect(answers == [false, false, false, false, false, true, true, true])
    }

    @Test("without calls two hours must pass, unless PINGs are permitted then")
    func idle() {
        var strict = PingStrikes(minimumInterval: .seconds(300), permitsWithoutCalls: false)
        let answers = [0, 400, 800, 1_200].map { strict.received(at: at($0), liveStreams: 0) }
        #expect(answers == [false, false, false, true])
        var permitting = PingStrikes(minimumInterval: .seconds(300), permitsWithoutCalls: true)
        let refusals = (0..<100).filter { permitting.received(at: at($0 * 300), liveStreams: 0) }
        #expect(refusals.isEmpty)
    }

    @Test("a PING with every call never adds up")
    func besideCalls() {
        var strikes = PingStrikes(minimumInterval: .seconds(300), permitsWithoutCalls: false)
        for _ in 0..<100_000 {
            let isTooMany = strikes.received(at: start, liveStreams: 1)
            if isTooMany { Issue.record("taken for an attack") }
            strikes.sentFrames()
        }
    }
}
