// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization
import Testing

@testable import SkeinTransport

@Suite struct BufferBudgetTests {
    private final class Holder: Sendable {
        let asked = Atomic(0)
        var timesAsked: Int { asked.load(ordering: .relaxed) }

        func report(_ bytes: Int, to budget: BufferBudget) {
            budget.report(self, bytes) { self.asked.add(1, ordering: .relaxed) }
        }
    }

    @Test("below the limit nobody has a share, and nobody is asked")
    func below() {
        let budget = BufferBudget(limit: 100)
        let (a, b) = (Holder(), Holder())
        a.report(60, to: budget)
        b.report(40, to: budget)
        #expect(budget.held == 100 && budget.share == nil)
        #expect(a.timesAsked == 0 && b.timesAsked == 0)
    }

    @Test("above the limit all shares are equal, and those that hold more are asked, once")
    func above() {
        let budget = BufferBudget(limit: 100)
        let (a, b, c) = (Holder(), Holder(), Holder())
        a.report(60, to: budget)
        b.report(20, to: budget)
        c.report(40, to: budget)
        #expect(budget.share == 33)
        c.report(41, to: budget)
        #expect(a.timesAsked == 1 && b.timesAsked == 0 && c.timesAsked == 0)
        a.report(50, to: budget)
        c.report(42, to: budget)
        #expect(a.timesAsked == 2)
    }

    @Test("what is given back counts no more, and neither does its holder")
    func back() {
        let budget = BufferBudget(limit: 100)
        let (a, b) = (Holder(), Holder())
        a.report(90, to: budget)
        b.report(90, to: budget)
        a.report(0, to: budget)
        #expect(budget.held == 90 && budget.share == nil)
        b.report(101, to: budget)
        #expect(budget.share == 100)
        b.report(0, to: budget)
        #expect(budget.held == 0)
    }

    @Test("holders that keep to their share stay below the limit together", arguments: 1...20)
    func bound(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let budget = BufferBudget(limit: 1000)
        let holders = (0..<20).map { _ in Holder() }
        var held = [Int](repeating: 0, count: 20)
        for _ in 0..<500 {
            let index = Int.random(in: 0..<20, using: &random)
            held[index] = Int.random(in: 0...300, using: &random)
            holders[index].report(held[index], to: budget)
            // As connections do: whoever is asked, and whoever has reported, looks at its share.
            while let share = budget.share, let over = held.firstIndex(where: { $0 > share }) {
                held[over] = share
                holders[over].report(share, to: budget)
            }
            #expect(budget.held <= 1000 && budget.held == held.reduce(0, +))
        }
        #expect(holders.contains { $0.timesAsked > 0 })
    }
}
