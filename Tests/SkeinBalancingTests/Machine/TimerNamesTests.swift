// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinBalancing

@Suite struct TimerNamesTests {
    @Test("children's timers have names of their own above the policy's; those of a child that is gone go to others")
    func names() {
        var names = TimerNames(own: 3)
        var seen: Set<TimerID> = []
        for child in 0..<1000 as Range<UInt32> {
            for timer in [TimerID(0), TimerID(.max)] {
                let name = names.outer(timer, of: child)
                let (again, inner) = (names.outer(timer, of: child), names.inner(name))
                #expect(again == name && name.raw >= 3)
                #expect(inner?.child == child && inner?.id == timer)
                seen.insert(name)
            }
            if child >= 10 { names.forget(child - 10) }
        }
        // Those of eleven children at a time.
        #expect(seen.count == 22)
    }

    @Test("a timer of a child that is gone is nobody's, until another gets its name")
    func gone() {
        var names = TimerNames()
        let name = names.outer(TimerID(7), of: 1)
        names.forget(1)
        let isKnown = names.inner(name) != nil
        #expect(!isKnown)
        let next = names.outer(TimerID(5), of: 2)
        let inner = names.inner(name)
        #expect(next == name && inner?.child == 2 && inner?.id == TimerID(5))
    }
}
