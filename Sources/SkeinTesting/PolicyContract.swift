// SPDX-License-Identifier: Apache-2.0
public import SkeinBalancing
public import SkeinCore

/// What every load balancing policy must hold to, whatever it prefers. Run it from the tests of a policy of your own:
///
///     #expect(PolicyContract.check(MyPolicy.self).isEmpty)
///
/// The policy is told of answers, connections and failures in the ways a channel tells it, in fixed stories and in a
/// long random one, and every command and every pick is judged. The same seed gives the same run.
public enum PolicyContract {
    /// What the policy violated, a sentence each; empty when it holds.
    public static func check<P: LoadBalancingPolicy>(
        _ policy: P.Type, _ configuration: P.Configuration = .init(), seed: UInt64 = 1, events: Int = 10_000
    ) -> [String] {
        var registry = LoadBalancingRegistry()
        registry.register(policy)
        return check(.policy(policy, configuration), in: registry, seed: seed, events: events)
    }

    /// What the policy violated, a sentence each; empty when it holds.
    public static func check<P: EndpointPolicy>(
        _ policy: P.Type, _ configuration: P.Configuration = .init(), seed: UInt64 = 1, events: Int = 10_000
    ) -> [String] {
        check(Sharded<P>.self, configuration, seed: seed, events: events)
    }

    /// What the policy that `registry` has under a name violated; empty when it holds.
    public static func check(
        _ choice: LoadBalancing, in registry: LoadBalancingRegistry = .builtIn, seed: UInt64 = 1, events: Int = 10_000
    ) -> [String] {
        var violations: [String] = []
        for (story, tell) in stories {
            do {
                var balancer = try SimulatedBalancer(choice, in: registry, seed: seed)
                tell(&balancer)
                violations += balancer.violations.map { "\(choice.policy), \(story): \($0)" }
            } catch {
                return ["\(choice.policy): \(error)"]
            }
        }
        do {
            var story = try RandomStory(choice, in: registry, seed: seed)
            story.run(events: events)
            violations += story.balancer.violations.map { "\(choice.policy), at random with seed \(seed): \($0)" }
        } catch {
            return ["\(choice.policy): \(error)"]
        }
        return violations
    }

    /// How many picks each of `endpoints` got of `picks` on one thread when all are ready; in the order of the list.
    package static func spread(
        _ choice: LoadBalancing, in registry: LoadBalancingRegistry = .builtIn, endpoints: Int, picks: Int,
        seed: UInt64 = 1
    ) throws(ConfigurationError) -> [Int] {
        let all = SimulatedBalancer.endpoints(endpoints)
        var balancer = try SimulatedBalancer(choice, in: registry, seed: seed)
        balancer.update(all)
        balancer.letAllAnswer()
        var counts: [Endpoint: Int] = [:]
        for _ in 0..<picks {
            if case .picked(let endpoint) = balancer.pick() { counts[endpoint, default: 0] += 1 }
        }
        return all.map { counts[$0] ?? 0 }
    }

    private static let stories: [(String, @Sendable (inout SimulatedBalancer) -> Void)] = [
        ("before the first answer", { $0.expect(.queue) }),
        (
            "while connecting",
            { balancer in
                balancer.update(SimulatedBalancer.endpoints(3))
                balancer.expect(.queue)
            }
        ),
        (
            "when no endpoint answers",
            { balancer in
                balancer.update(SimulatedBalancer.endpoints(3))
                balancer.letAllFail()
                balancer.expect(.fail, saying: SimulatedBalancer.refused)
                balancer.letAllReconnect()
                balancer.expect(.fail, saying: SimulatedBalancer.refused)
                balancer.letAllAnswer()
                balancer.expect(.pick)
            }
        ),
        (
            "when the first resolution fails",
            { balancer in
                balancer.failResolution("no such host")
                balancer.expect(.fail, saying: "no such host")
                balancer.update(SimulatedBalancer.endpoints(2))
                balancer.letAllAnswer()
                balancer.expect(.pick)
                balancer.failResolution("no such host")
                balancer.expect(.pick)
            }
        ),
        (
            "with no endpoint",
            { balancer in
                balancer.update([])
                balancer.expect(.fail, saying: " ")
                balancer.update(SimulatedBalancer.endpoints(2))
                balancer.letAllAnswer()
                balancer.expect(.pick)
                balancer.update([])
                balancer.expect(.fail, saying: " ")
            }
        ),
        (
            "when endpoints come and go",
            { balancer in
                let all = SimulatedBalancer.endpoints(6)
                for kept in [0..<3, 1..<4, 3..<6, 0..<6, 5..<6, 2..<3] {
                    balancer.update(Array(all[kept]))
                    balancer.letAllAnswer()
                    balancer.expect(.pick)
                }
            }
        ),
        (
            "when an endpoint is listed twice",
            { balancer in
                let all = SimulatedBalancer.endpoints(2)
                balancer.update(all + all)
                balancer.letAllAnswer()
                balancer.expect(.pick)
            }
        ),
        (
            "when connections end",
            { balancer in
                balancer.update(SimulatedBalancer.endpoints(3))
                for _ in 0..<3 {
                    balancer.letAllAnswer()
                    balancer.expect(.pick)
                    balancer.loseAll()
                    balancer.expect(.queue)
                }
            }
        ),
    ]
}
