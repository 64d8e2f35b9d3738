// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct AddressOrderTests {
    @Test(
        "IPv6 and IPv4 addresses alternate, beginning with the first; of equal ones the first stays",
        arguments: [
            (["10.0.0.1:1", "10.0.0.2:1"], ["10.0.0.1:1", "10.0.0.2:1"]),
            (["[::1]:1 [::2]:1 [::3]:1", "10.0.0.1:1"], ["[::1]:1", "10.0.0.1:1", "[::2]:1", "[::3]:1"]),
            (["10.0.0.1:1 10.0.0.2:1", "[::1]:1 10.0.0.1:1"], ["10.0.0.1:1", "[::1]:1", "10.0.0.2:1"]),
            (["unix:/a", "10.0.0.1:1", "unix:/b"], ["unix:/a", "10.0.0.1:1", "unix:/b"]),
            ([], []),
        ])
    func flatten(listed: [String], expected: [String]) {
        let order = AddressOrder.flatten(listed.map { endpoint($0) })
        #expect(order.map { $0.addresses.map(\.description) } == expected.map { [$0] })
    }

    @Test("each address keeps the attributes of its endpoint")
    func attributes() {
        let order = AddressOrder.flatten([endpoint("10.0.0.1:1 10.0.0.2:1", weight: 7)])
        #expect(order.map(\.weight) == [7, 7])
    }

    @Test("a shuffle puts an endpoint first as often as its weight says")
    func weights() {
        let three = [1, 3, 0].enumerated().map { endpoint("10.0.0.\($0):1", weight: $1) }
        var random = SplitMix64(seed: 7)
        var firsts: [Endpoint: Int] = [:]
        for _ in 0..<10_000 {
            let order = AddressOrder.shuffle(three, &random)
            #expect(Set(order) == Set(three))
            firsts[order[0], default: 0] += 1
        }
        for (endpoint, expected) in zip(three, [2000, 6000, 2000]) {
            #expect(abs((firsts[endpoint] ?? 0) - expected) < 300)
        }
    }

    @Test("every order is as likely as if one endpoint after the other were drawn by weight")
    func orders() {
        let three = [1, 2, 5].enumerated().map { endpoint("10.0.0.\($0):1", weight: $1) }
        var random = SplitMix64(seed: 7)
        var counts: [[UInt32]: Int] = [:]
        for _ in 0..<20_000 { counts[AddressOrder.shuffle(three, &random).map(\.weight), default: 0] += 1 }
        let orders: [[UInt32]] = [[1, 2, 5], [1, 5, 2], [2, 1, 5], [2, 5, 1], [5, 1, 2], [5, 2, 1]]
        let chances = orders.map { Double($0[0]) / 8 * Double($0[1]) / Double(8 - $0[0]) }
        #expect(fits(orders.map { counts[$0] ?? 0 }, chances))
    }

    @Test("100,000 endpoints are shuffled in time that does not grow with the square")
    func many() {
        let all = Fleet.endpoints(100_000, weights: [1, 2, 3])
        var random = SplitMix64(seed: 7)
        let start = threadTime()
        let order = AddressOrder.shuffle(all, &random)
        #expect(threadTime() - start < .seconds(20))
        #expect(order != all && Set(order) == Set(all))
    }
}
