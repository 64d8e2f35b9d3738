// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// Thousands of random events for one policy, each judged; then everything answers, then everything is gone.
struct RandomStory {
    private(set) var balancer: SimulatedBalancer
    private var random: SplitMix64
    private let pool: [Endpoint]

    init(_ choice: LoadBalancing, in registry: LoadBalancingRegistry, seed: UInt64) throws(ConfigurationError) {
        balancer = try SimulatedBalancer(choice, in: registry, seed: seed)
        random = SplitMix64(seed: ~seed)
        pool =
            SimulatedBalancer.endpoints(6) + [
                Endpoint(.ipv6("::1", port: 1), .ipv4("127.0.0.1", port: 1), weight: 3),
                Endpoint(.unix(path: "/run/app.sock")),
            ]
    }

    mutating func run(events: Int) {
        for _ in 0..<events where balancer.violations.count < 5 {
            step()
            judge()
        }
        balancer.update(pool)
        balancer.letAllAnswer()
        balancer.expect(.pick)
        balancer.update([])
        balancer.expect(.fail, saying: " ")
    }

    private mutating func step() {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: balancer.update(answer())
        case 1: balancer.failResolution("no such host")
        case 2: balancer.reconfigure()
        case 3: balancer.advance(by: .milliseconds(Int64.random(in: 1...20_000, using: &random)))
        case 4, 5: if case .idle = balancer.state { balancer.exitIdle() }
        default: move()
        }
    }

    /// A part of the pool in any order, at times with repetitions or nothing at all.
    private mutating func answer() -> [Endpoint] {
        var some = pool.shuffled(using: &random)
        some.removeLast(Int.random(in: 0...pool.count, using: &random))
        if Bool.random(using: &random) { some += some.prefix(1) }
        for index in some.indices where Int.random(in: 0..<4, using: &random) == 0 {
            some[index].weight = UInt32.random(in: 1...5, using: &random)
        }
        return some
    }

    /// One subchannel does what a subchannel may do next.
    private mutating func move() {
        guard let subchannel = balancer.subchannels.randomElement(using: &random) else { return }
        switch subchannel.state {
        case .connecting:
            let refused = RPCError(.unavailable, SimulatedBalancer.refused)
            balancer.set(subchannel.id, Bool.random(using: &random) ? .ready : .transientFailure(refused))
        case .ready, .transientFailure: balancer.set(subchannel.id, .idle)
        case .idle, .shutdown: break
        }
    }

    /// The published state and picker agree with each other and with the subchannels.
    private mutating func judge() {
        balancer.checkSubchannels()
        let ready = balancer.subchannels.count { $0.state.isReady }
        for _ in 0..<3 {
            let pick = balancer.pick()
            switch (balancer.state, pick) {
            case (.ready, _) where ready == 0: balancer.violate("says READY although no subchannel is")
            case (.idle, .queue), (.connecting, .queue), (.ready, _): break
            // What has failed so far decides the state; a call may still wait for what has not been tried.
            case (.transientFailure, .queue) where balancer.connectsOnDemand && ready == 0: break
            case (.transientFailure, .fail(let message)):
                if message.isEmpty { balancer.violate("fails calls without saying why") }
                if ready > 0 { balancer.violate("fails calls although \(ready) subchannels are ready") }
            default: balancer.violate("says \(balancer.state) but a pick comes to \(pick)")
            }
        }
    }
}
