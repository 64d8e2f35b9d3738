// SPDX-License-Identifier: Apache-2.0

extension Scenario {
    /// The scenarios that `skein lab` knows.
    package static let builtIn: [Scenario] = [
        Scenario("homogeneous", "100 clients, 100 equal servers, load 0.8"),
        Scenario("speeds", "servers of speed 0.5, 1 and 2, load 0.8").with {
            $0.speeds = [0.5, 1, 2]
            $0.hasTrueWeights = true
        },
        antagonists("antagonists-0.7", load: 0.7),
        antagonists("antagonists-0.9", load: 0.9),
    ]

    private static func antagonists(_ name: String, load: Double) -> Scenario {
        Scenario(name, "other work takes servers' capacity away, load \(load) of their allocations").with {
            $0.loads = [(0, load)]
            $0.antagonist = .fitted
        }
    }
}

extension Antagonist {
    /// Fitted so that the rows of the Prequal paper come out in order.
    package static let fitted = Antagonist(
        levels: [Level(0.3...0.7, share: 0.2), Level(0.7...2.5, share: 0.8)], period: 5)
}
