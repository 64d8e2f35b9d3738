// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinServer

@Suite("streams that are active")
struct StreamActivityTests {
    private func expect(
        _ activity: inout StreamActivity, at tick: UInt32, _ count: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let active = activity.active(at: tick)
        #expect(active == count, sourceLocation: sourceLocation)
    }

    @Test("a stream is active for a second after a message, whatever others do")
    func window() {
        var activity = StreamActivity()
        activity.carried(at: 100, last: nil)
        activity.carried(at: 101, last: nil)
        expect(&activity, at: 101, 2)
        activity.carried(at: 102, last: 101)
        expect(&activity, at: 102, 2)
        expect(&activity, at: 103, 1)
        expect(&activity, at: 104, 1)
        expect(&activity, at: 105, 0)
    }

    @Test("one that ends is gone, also long after it was active")
    func ends() {
        var activity = StreamActivity()
        activity.carried(at: 10, last: nil)
        activity.carried(at: 10, last: nil)
        activity.ended(last: 10)
        expect(&activity, at: 10, 1)
        expect(&activity, at: 20, 0)
        activity.ended(last: 10)
        activity.carried(at: 20, last: nil)
        expect(&activity, at: 20, 1)
    }

    @Test("any order of events agrees with looking at every stream", arguments: 0..<20)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var activity = StreamActivity()
        var last: [UInt32] = []
        var tick: UInt32 = 50
        for _ in 0..<400 {
            tick += UInt32(random.next() % 8 == 0 ? random.next() % 5 : 0)
            switch random.next() % 4 {
            case 0:
                activity.carried(at: tick, last: nil)
                last.append(tick)
            case 1 where !last.isEmpty:
                activity.ended(last: last.remove(at: Int(random.next() % UInt64(last.count))))
            case 2 where !last.isEmpty:
                let index = Int(random.next() % UInt64(last.count))
                activity.carried(at: tick, last: last[index])
                last[index] = tick
            default: break
            }
            expect(&activity, at: tick, last.count { $0 + 3 > tick })
        }
    }
}
