// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinTransport

@Suite("servers behind one connection")
struct IncarnationWatchTests {
    @Test(
        "one that comes back, or many in turn, are several; a new one alone is not",
        arguments: [
            ([1, 1, 1], false), ([1, 2, 2], false), ([1, 2, 3], false), ([1, 2, 1], true), ([1, 2, 3, 2], true),
            ([0, 0, 7], false), ([1, 2, 3, 4], false), ([1, 2, 3, 4, 5], true),
        ] as [([UInt64], Bool)])
    func mixed(incarnations: [UInt64], isMixed: Bool) {
        var watch = IncarnationWatch()
        let accepted = incarnations.map { watch.accepts($0) }
        #expect(watch.isMixed == isMixed)
        #expect(accepted.last == !isMixed)
        let again = watch.accepts(incarnations[0])
        #expect(again == (!isMixed && Set(incarnations).count == 1))
    }

    @Test("nothing is believed again once there were several")
    func forGood() {
        var watch = IncarnationWatch()
        for incarnation: UInt64 in [1, 2, 1, 1, 1, 1] { _ = watch.accepts(incarnation) }
        let isBelieved = watch.accepts(1)
        #expect(!isBelieved)
    }
}
