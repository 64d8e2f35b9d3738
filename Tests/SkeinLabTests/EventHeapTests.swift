// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinLab

struct EventHeapTests {
    @Test("events come by time, those of one time as they were added")
    func order() {
        var heap = EventHeap<Int>()
        var chance = Chance(seed: 3)
        var expected: [(time: Double, event: Int)] = []
        for event in 0..<2_000 {
            let time = Double(chance.index(below: 50))
            heap.add(event, at: time)
            expected.append((time, event))
        }
        expected.sort { ($0.time, $0.event) < ($1.time, $1.event) }
        for next in expected {
            #expect(heap.nextTime == next.time)
            #expect(heap.next()?.event == next.event)
        }
        #expect(heap.next() == nil)
        #expect(heap.nextTime == .infinity)
    }
}
