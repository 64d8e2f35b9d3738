// SPDX-License-Identifier: Apache-2.0
import SkeinTransport
import Testing

@Suite("the inbox of an event loop", .timeLimit(.minutes(1)))
struct InboxTests {
    @Test("only the first post after a take wakes, and a take brings everything in order")
    func batches() {
        let inbox = Inbox<Int>()
        var batch: [Int] = []
        #expect(inbox.post(1))
        #expect(!inbox.post(2))
        inbox.take(into: &batch)
        #expect(batch == [1, 2])
        batch.removeAll(keepingCapacity: true)
        #expect(inbox.post(3))
        inbox.take(into: &batch)
        #expect(batch == [3])
        batch.removeAll()
        inbox.take(into: &batch)
        #expect(batch.isEmpty)
    }

    @Test("under posts from several tasks nothing is lost and every batch has a wake-up")
    func stress() async {
        let inbox = Inbox<Int>()
        let wakes = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask { @concurrent in
                    (0..<5000).reduce(0) { $0 + (inbox.post(task * 5000 + $1) ? 1 : 0) }
                }
            }
            var seen: [Int] = []
            var taken = 0
            while seen.count < 20_000 {
                var batch: [Int] = []
                inbox.take(into: &batch)
                if !batch.isEmpty { taken += 1 }
                seen += batch
                await Task.yield()
            }
            #expect(seen.sorted() == Array(0..<20_000))
            for task in 0..<4 {
                let own = seen.filter { $0 / 5000 == task }
                #expect(own == own.sorted())
            }
            return await group.reduce(0, +) - taken
        }
        #expect(wakes == 0)
    }
}
