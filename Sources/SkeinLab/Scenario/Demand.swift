// SPDX-License-Identifier: Apache-2.0

/// How much work calls are: seconds that one takes alone on a server of speed 1.
package enum Demand: Sendable, Hashable {
    case constant(Double)
    case exponential(mean: Double)
    /// `sigma`: of the logarithm.
    case lognormal(mean: Double, sigma: Double)
    /// Normal with a deviation as large as its centre, and never negative: the work of the Prequal paper's queries.
    case normal(mean: Double)
    /// Mostly `short`; a share is `long`.
    case bimodal(short: Double, long: Double, share: Double)

    /// The mean of a normal distribution without its negative part, whose centre and deviation are 1.
    private static let truncatedMean = 1.287_599_970

    package var mean: Double {
        switch self {
        case .constant(let mean), .exponential(let mean), .lognormal(let mean, _), .normal(let mean): mean
        case .bimodal(let short, let long, let share): short * (1 - share) + long * share
        }
    }

    package func draw(_ chance: inout Chance) -> Double {
        switch self {
        case .constant(let value): return value
        case .exponential(let mean): return chance.exponential(mean: mean)
        case .lognormal(let mean, let sigma): return chance.lognormal(mean: mean, sigma: sigma)
        case .normal(let mean):
            while true {
                let value = 1 + chance.normal()
                if value > 0 { return value * mean / Demand.truncatedMean }
            }
        case .bimodal(let short, let long, let share): return chance.unit() < share ? long : short
        }
    }
}
