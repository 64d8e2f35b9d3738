// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import SkeinTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct PolicyContractTests {
    @Test(
        "every built-in policy holds to the contract",
        arguments: LoadBalancingRegistry.builtIn.names, [1, 2, 3] as [UInt64])
    func builtIn(name: String, seed: UInt64) {
        #expect(PolicyContract.check(sample(name), seed: seed, events: 1000) == [])
    }

    @Test("pick_first holds to the contract when it shuffles", arguments: [1, 2, 3] as [UInt64])
    func shuffling(seed: UInt64) {
        #expect(PolicyContract.check(.pickFirst(shuffled: true), seed: seed) == [])
    }

    @Test("an endpoint policy of an application holds to the contract")
    func endpointPolicy() {
        #expect(PolicyContract.check(Sticky.self) == [])
    }

    @Test("a full policy of an application holds to the contract")
    func fullPolicy() {
        #expect(PolicyContract.check(NewestOnly.self) == [])
    }

    @Test(
        "a policy that is wrong is found out",
        arguments: [
            (Careless.Fault.picksTheLost, "which is"), (.neverConnects, "expected pick"),
            (.keepsTheGone, "which is gone"), (.shutsDownTwice, "down twice"),
            (.failsSilently, "expected it to say"),
        ])
    func careless(fault: Careless.Fault, finding: String) {
        let violations = PolicyContract.check(Careless.self, Careless.Configuration(fault: fault), events: 200)
        #expect(violations.contains { $0.contains(finding) }, "\(violations)")
    }

    @Test("round_robin is fair within one call", arguments: [(1, 10), (2, 7), (3, 100), (10, 1001), (64, 64 * 5 + 3)])
    func fair(endpoints: Int, picks: Int) throws {
        let counts = try PolicyContract.spread(.roundRobin, endpoints: endpoints, picks: picks)
        #expect(counts.reduce(0, +) == picks)
        #expect(counts.max()! - counts.min()! <= 1)
    }
}
