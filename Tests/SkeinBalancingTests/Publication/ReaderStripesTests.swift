// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct ReaderStripesTests {
    @Test("threads that end give their stripes back to those that follow")
    func returned() async {
        let cell = PickerCell<Counter>()
        await onThread { _ = pickOnce(cell) }
        let before = ReaderStripes.count
        for _ in 0..<100 { await onThread { _ = pickOnce(cell) } }
        #expect(ReaderStripes.count < before + 50)
    }

    @Test("threads that pick at the same time are different readers, with numbers of their own")
    func different() async {
        let cell = PickerCell<Counter>()
        let (readers, numbers, arrived) = (SeenNumbers(), SeenNumbers(), Counter())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await onThread {
                        let seen = pickOnce(cell)
                        readers.add(UInt64(seen.reader))
                        numbers.add(seen.random)
                        arrived.add()
                        while arrived.count < 4 {}
                    }
                }
            }
        }
        #expect(readers.all.count == 4)
        #expect(numbers.all.count == 4)
        #expect(readers.all.allSatisfy { $0 < UInt64(ReaderStripes.count) })
    }
}

private func pickOnce(_ cell: PickerCell<Counter>) -> (reader: UInt32, random: UInt64) {
    var context = PickContext(testMethod)
    _ = cell.pick(&context)
    return (context.reader, context.random)
}
