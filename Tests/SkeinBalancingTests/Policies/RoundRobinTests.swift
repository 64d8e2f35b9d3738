// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct RoundRobinTests {
    @Test("every way visits every place once a round", arguments: [1, 2, 3, 4, 10, 12, 97, 1000])
    func everyPlace(count: Int) {
        var random = SplitMix64(seed: 3)
        let turns = ReaderTurns(around: count, readers: 8, random: &random)
        for reader in 0..<UInt32(8) {
            for _ in 0..<3 {
                let round = (0..<count).map { _ in turns.next(reader) }
                #expect(round.sorted() == Array(0..<count))
            }
        }
    }

    @Test("readers have ways of their own, and more readers than ways share them")
    func readers() {
        var random = SplitMix64(seed: 5)
        let turns = ReaderTurns(around: 1000, readers: 20, random: &random)
        let starts = (0..<UInt32(32)).map { turns.next($0) }
        #expect(Set(starts).count > 25)
        #expect(turns.next(32) != starts[0])
    }

    @Test("new pickers over the same endpoints start at different places")
    func starts() {
        var driver = PolicyDriver<Sharded<RoundRobin>>()
        let many = (1...50).map { endpoint("10.0.0.\($0):1") }
        _ = driver.update(many)
        for slot in 0..<UInt32(50) { _ = driver.subchannel(slot, .ready) }
        var firsts: Set<String> = []
        for _ in 0..<20 {
            _ = driver.subchannel(0, .idle)
            _ = driver.subchannel(0, .ready)
            firsts.formUnion(driver.picks())
        }
        #expect(firsts.count > 8)
    }
}
