// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import Testing

@Suite(.timeLimit(.minutes(2))) struct RetireListTests {
    @Test("no interleaving of a reader and four publications uses a snapshot after it is freed")
    func everyInterleaving() {
        let result = explore(from: PublicationModel())
        #expect(result.faults == [])
        #expect(result.states > 500)
        // At the end one look frees everything but the current snapshot.
        for end in result.ends {
            var retired = end.retired
            let free = retired.poll { _ in end.sequence }
            #expect(end.alive.subtracting(free) == [end.pointer])
        }
    }

    @Test(
        "the explorer finds the use after free of a publisher that is wrong",
        arguments: [PublicationModel.Variant.samplesBeforeSwap, .takesOddForIdle, .forgetsToCompare])
    func wrong(variant: PublicationModel.Variant) {
        #expect(explore(from: PublicationModel(variant)).faults == ["used after free"])
    }

    @Test("the explorer finds the use after free of a wait for one of two epochs")
    func oneEpoch() {
        #expect(explore(from: OneEpochModel()).faults == ["used after free"])
    }

    @Test("what no reader was inside of is free at once")
    func freeAtOnce() {
        var list = RetireList<String, Int>()
        list.retire("a", sampled: [ReaderSample(0, 4), ReaderSample(1, 8)])
        #expect(list.poll { _ in 0 } == ["a"])
        #expect(list.isEmpty)
    }

    @Test("an item waits for every reader that was inside, and for no other")
    func waits() {
        var sequences: [UInt64] = [5, 7, 2]
        var list = RetireList<String, Int>()
        list.retire("a", sampled: sequences.indices.map { ReaderSample($0, sequences[$0]) })
        #expect(list.poll { sequences[$0] } == [])
        sequences = [6, 7, 3]
        #expect(list.poll { sequences[$0] } == [])
        // Inside again, but of a later snapshot.
        sequences = [9, 8, 3]
        #expect(list.poll { sequences[$0] } == ["a"])
    }

    @Test("a later item may be free before an earlier one")
    func outOfOrder() {
        var list = RetireList<String, Int>()
        list.retire("a", sampled: [ReaderSample(0, 1)])
        list.retire("b", sampled: [ReaderSample(0, 2)])
        #expect(list.poll { _ in 1 } == ["b"])
        #expect(list.oldest == "a")
        #expect(list.count == 1)
    }
}
