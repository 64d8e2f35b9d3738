// SPDX-License-Identifier: Apache-2.0
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(1))) struct KeepaliveMachineTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func machine(withoutCalls: Bool = false) -> KeepaliveMachine {
        KeepaliveMachine(interval: .seconds(10), timeout: .seconds(3), withoutCalls: withoutCalls, now: start)
    }

    @Test("a peer that speaks is not asked; a silent one is, and is dead when it does not answer")
    func silence() {
        var machine = machine()
        #expect(machine.check(at: at(0), liveStreams: 1) == .wait(until: at(10)))
        machine.received(at: at(7))
        #expect(machine.check(at: at(10), liveStreams: 1) == .wait(until: at(17)))
        #expect(machine.check(at: at(17), liveStreams: 1) == .ping(thenWaitUntil: at(20)))
        #expect(machine.check(at: at(18), liveStreams: 1) == .wait(until: at(20)))
        #expect(machine.check(at: at(20), liveStreams: 1) == .dead)
    }

    @Test("any bytes answer a PING")
    func answer() {
        var machine = machine()
        #expect(machine.check(at: at(10), liveStreams: 1) == .ping(thenWaitUntil: at(13)))
        machine.received(at: at(12))
        #expect(machine.check(at: at(13), liveStreams: 1) == .wait(until: at(22)))
    }

    @Test("with an interval shorter than the timeout it asks again as soon as the next silence has lasted")
    func shortInterval() {
        var machine = KeepaliveMachine(interval: .seconds(2), timeout: .seconds(9), withoutCalls: true, now: start)
        #expect(machine.check(at: at(2), liveStreams: 1) == .ping(thenWaitUntil: at(4)))
        machine.received(at: at(3))
        #expect(machine.check(at: at(4), liveStreams: 1) == .wait(until: at(5)))
        #expect(machine.check(at: at(5), liveStreams: 1) == .ping(thenWaitUntil: at(7)))
        #expect(machine.check(at: at(7), liveStreams: 1) == .wait(until: at(14)))
        #expect(machine.check(at: at(14), liveStreams: 1) == .dead)
    }

    @Test("without calls it rests, and asks ahead of the call that ends a long silence")
    func rest() {
        var machine = machine()
        #expect(machine.check(at: at(10), liveStreams: 0) == .rest)
        #expect(machine.streamStarts(at: at(500)) == .ping(thenWaitUntil: at(503)))
        machine.received(at: at(501))
        #expect(machine.streamStarts(at: at(502)) == nil)
        #expect(machine.check(at: at(503), liveStreams: 0) == .rest)
        #expect(machine.streamStarts(at: at(504)) == .wait(until: at(511)))
    }

    @Test("a PING that is out is waited for although the last call has ended")
    func lastCallEnds() {
        var machine = machine()
        #expect(machine.check(at: at(10), liveStreams: 1) == .ping(thenWaitUntil: at(13)))
        #expect(machine.check(at: at(13), liveStreams: 0) == .dead)
    }

    @Test("it asks without calls when told to")
    func withoutCalls() {
        var machine = machine(withoutCalls: true)
        #expect(machine.check(at: at(10), liveStreams: 0) == .ping(thenWaitUntil: at(13)))
    }
}
