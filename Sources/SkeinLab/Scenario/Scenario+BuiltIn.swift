// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension Scenario {
    /// The scenarios that `skein lab` knows.
    package static var builtIn: [Scenario] {
        [
            Scenario("homogeneous", "100 clients, 100 equal servers, load 0.8"),
            Scenario("speeds", "servers of speed 0.5, 1 and 2, load 0.8").with {
                $0.speeds = [0.5, 1, 2]
            },
            antagonists("antagonists-0.7", load: 0.7),
            antagonists("antagonists-0.9", load: 0.9),
            antagonists("antagonists-1.4", load: 1.41),
        ]
    }

    private static func antagonists(_ name: String, load: Double) -> Scenario {
        Scenario(name, "other work takes servers' capacity away, load \(load) of their allocations").with {
            $0.loads = [(0, load)]
            $0.antagonist = .fitted
        }
    }
}

extension Antagonist {
    /// Fitted so that the rows of the Prequal paper come out in order.
    package static var fitted: Antagonist {
        let v = (ProcessInfo.processInfo.environment["ANT"] ?? "0.3,0.7,0.2,2.5,5").split(separator: ",").map {
            Double($0)!
        }
        return Antagonist(levels: [Level(v[0]...v[1], share: v[2]), Level(v[1]...v[3], share: 1 - v[2])], period: v[4])
    }
}
