// SPDX-License-Identifier: Apache-2.0

extension Scenario {
    /// The scenarios that `skein lab` knows.
    package static let builtIn: [Scenario] = plain + antagonised + failing + unusual

    package static func named(_ name: String) -> Scenario? { builtIn.first { $0.name == name } }

    private static let plain = [
        Scenario("homogeneous", "equal servers, load 0.8"),
        Scenario("speeds", "servers of speed 0.5, 1 and 2, load 0.8").with { $0.speeds = [0.5, 1, 2] },
        Scenario("small", "the same with 10 clients and 12 servers").with {
            ($0.clients, $0.servers, $0.speeds) = (10, 12, [0.5, 1, 2])
        },
        Scenario("proxies", "the same with 3 clients and 30 servers").with {
            ($0.clients, $0.servers, $0.speeds) = (3, 30, [0.5, 1, 2])
        },
        Scenario("few-clients", "3 clients, 100 equal servers, load 0.8").with { $0.clients = 3 },
        Scenario("heavy-tail", "lognormal work (sigma 1.5) on servers of speed 0.5, 1 and 2, load 0.7").with {
            $0.demand = .lognormal(mean: 0.08, sigma: 1.5)
            $0.speeds = [0.5, 1, 2]
            $0.loads = [(0, 0.7)]
        },
        Scenario("bimodal", "95 % of calls take 1 ms, 5 % take 100 ms; 20 clients, 20 servers, load 0.7").with {
            ($0.clients, $0.servers) = (20, 20)
            $0.demand = .bimodal(short: 0.001, long: 0.1, share: 0.05)
            $0.loads = [(0, 0.7)]
            $0.duration = 40
        },
        Scenario("keys", "1000 keys, the k-th as often as 1/k^0.9, on equal servers, load 0.6").with {
            $0.keys = 1000
            $0.loads = [(0, 0.6)]
        },
    ]

    private static let antagonised = [
        antagonists("antagonists-0.7", "load 0.7 of their allocations") { $0.loads = [(0, 0.7)] },
        antagonists("antagonists-0.9", "load 0.9 of their allocations") { $0.loads = [(0, 0.9)] },
        antagonists("antagonists-1.4", "load 1.41 of their allocations") { $0.loads = [(0, 1.41)] },
        antagonists("ramp", "load from 0.6 to 1.74 of their allocations in ten steps") {
            let loads = [0.6, 0.75, 0.83, 0.93, 1.03, 1.14, 1.27, 1.41, 1.57, 1.74]
            $0.loads = loads.enumerated().map { (Double($0) * 20, $1) }
            $0.duration = 200
        },
        antagonists("mixed-fleet", "load 0.9 of their allocations, and 30 % of the servers report") {
            $0.loads = [(0, 0.9)]
            $0.reporting = 0.3
        },
        antagonists("churn", "load 0.9 of their allocations, and a server is replaced every half second") {
            $0.loads = [(0, 0.9)]
            $0.churn = 0.5
        },
    ]

    private static let failing = [
        Scenario("failing-fast", "20 clients, 20 servers, load 0.7; one fails every call at once from 10 s on").with {
            failures(&$0)
            $0.failures = [Failure(server: 3, from: 10)]
        },
        Scenario("failing-half", "the same with half of its calls").with {
            failures(&$0)
            $0.failures = [Failure(server: 3, from: 10, share: 0.5)]
        },
        Scenario("slow-replica", "20 clients, 20 servers, load 0.7; one has a tenth of the others' speed").with {
            failures(&$0)
            $0.speeds = [0.1] + Array(repeating: 1, count: 19)
        },
        Scenario("not-found", "the same, all equal; 60 % of one client's calls end with NOT_FOUND, at once").with {
            failures(&$0)
            var refused = CallKind("Find", share: 1.5, demand: .constant(0.002), answer: .refusal)
            refused.clients = 0...0
            $0.kinds = [CallKind("Call", share: 1, demand: .normal(mean: 0.08)), refused]
        },
        Scenario("poison", "the same, all equal; 10 % of calls go to a method that fails everywhere").with {
            failures(&$0)
            $0.kinds = [
                CallKind("Call", share: 0.9, demand: .normal(mean: 0.08)),
                CallKind("Poison", share: 0.1, demand: .constant(0.002), answer: .fault),
            ]
        },
    ]

    private static let unusual = [
        Scenario("zero-reports", "20 clients, 20 servers, load 0.7; one always reports that it is idle").with {
            failures(&$0)
            $0.reportingZero = [3]
        },
        Scenario("idle-streams", "the same; clients hold 500 streams open on one, which does not count them").with {
            failures(&$0)
            $0.idleStreams = IdleStreams(server: 3, count: 500, areReported: false)
        },
        Scenario("reported-streams", "the same, and it counts them").with {
            failures(&$0)
            $0.idleStreams = IdleStreams(server: 3, count: 500, areReported: true)
        },
    ]

    private static func antagonists(
        _ name: String, _ what: String, _ change: (inout Scenario) -> Void
    ) -> Scenario {
        Scenario(name, "other work takes capacity away from servers; " + what).with {
            $0.antagonist = .fitted
            change(&$0)
        }
    }

    /// The world of the failures: 60 s are counted, from 10 s on.
    private static func failures(_ scenario: inout Scenario) {
        (scenario.clients, scenario.servers) = (20, 20)
        scenario.loads = [(0, 0.7)]
        (scenario.warmUp, scenario.duration) = (10, 70)
    }
}

extension Antagonist {
    /// Five values fitted so that seven policies come out as published simulations of the Prequal paper's world have them
    /// (docs/lab.md): a quarter of the servers has less than it needs at load 0.8, the others up to 3.7 times as much as
    /// they were promised.
    package static let fitted = Antagonist(
        levels: [Level(0.41...0.78, share: 0.23), Level(0.78...3.7, share: 0.77)], period: 80)
}
