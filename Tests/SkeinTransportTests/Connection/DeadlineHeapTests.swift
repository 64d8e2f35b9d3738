// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

private final class Item: DeadlineHeapElement {
    let deadlineInstant: ContinuousClock.Instant
    var heapIndex = -1

    init(_ instant: ContinuousClock.Instant) { deadlineInstant = instant }
}

@Suite("the heap of deadlines", .timeLimit(.minutes(1)))
struct DeadlineHeapTests {
    @Test("after any insertions and removals, the first is the soonest", arguments: UInt64(0)..<50)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let start = ContinuousClock.now
        var heap = DeadlineHeap<Item>()
        var model: [Item] = []
        for _ in 0..<400 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1, 2:
                // Few instants: there are equal ones.
                let item = Item(start + .milliseconds(Int.random(in: 0..<40, using: &random)))
                heap.insert(item)
                model.append(item)
            case 3:
                guard let item = model.randomElement(using: &random) else { continue }
                heap.remove(item)
                model.removeAll { $0 === item }
                #expect(item.heapIndex == -1)
            default:
                guard let first = heap.first else { continue }
                heap.remove(first)
                model.removeAll { $0 === first }
            }
            #expect(heap.count == model.count)
            #expect(heap.first?.deadlineInstant == model.map(\.deadlineInstant).min())
        }
        var drained: [ContinuousClock.Instant] = []
        while let first = heap.first {
            drained.append(first.deadlineInstant)
            heap.remove(first)
        }
        #expect(drained == model.map(\.deadlineInstant).sorted())
        #expect(heap.isEmpty)
    }

    @Test("removing what is not there, or is no longer there, changes nothing")
    func strangers() {
        var heap = DeadlineHeap<Item>()
        let stranger = Item(.now)
        heap.remove(stranger)
        let item = Item(.now)
        heap.insert(item)
        heap.remove(stranger)
        #expect(heap.first === item)
        heap.remove(item)
        heap.remove(item)
        #expect(heap.isEmpty)
        heap.insert(item)
        #expect(heap.first === item)
    }
}
