// SPDX-License-Identifier: Apache-2.0
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectionAgeTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("an unused connection ends; one in use does not, and is counted from its last call's end")
    func idle() {
        var age = ConnectionAge(.init(idle: .seconds(10)), now: start, chance: 0)
        #expect(age.check(at: at(0)) == .wait(until: at(10)))
        let change4 = age.liveStreams(1, at: at(4))
        #expect(!change4)
        #expect(age.check(at: at(10)) == .rest)
        let change50 = age.liveStreams(0, at: at(50))
        #expect(change50)
        let change55 = age.liveStreams(0, at: at(55))
        #expect(!change55)
        #expect(age.check(at: at(50)) == .wait(until: at(60)))
        #expect(age.check(at: at(60)) == .drain("max_idle", checkAgain: nil))
        #expect(age.check(at: at(61)) == .rest)
    }

    @Test("an old connection drains, give or take a tenth, and its calls are cancelled after the grace")
    func old() {
        for (chance, seconds) in [(0.0, 90.0), (0.5, 100.0), (1.0, 110.0), (-1, 90), (2, 110)] {
            var age = ConnectionAge(.init(age: .seconds(100), grace: .seconds(5)), now: start, chance: chance)
            #expect(age.check(at: at(0)) == .wait(until: at(seconds)))
            #expect(age.check(at: at(seconds)) == .drain("max_age", checkAgain: at(seconds + 5)))
            #expect(age.check(at: at(seconds + 1)) == .wait(until: at(seconds + 5)))
            #expect(age.check(at: at(seconds + 5)) == .cancelCalls)
        }
    }

    @Test("without limits there is nothing to do")
    func unlimited() {
        var age = ConnectionAge(.init(), now: start, chance: 0.3)
        #expect(age.check(at: at(0)) == .rest)
        let changes = [age.liveStreams(1, at: at(4)), age.liveStreams(0, at: at(5))]
        #expect(changes == [false, false])
    }
}
