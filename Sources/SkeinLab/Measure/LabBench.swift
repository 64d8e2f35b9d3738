// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Synchronization

/// Runs scenarios with policies over the same seeds.
package struct LabBench: Sendable {
    package var seeds: Range<UInt64>
    package var trace: Trace?
    /// Runs at the same time.
    package var threads: Int

    package init(seeds: Range<UInt64>, trace: Trace? = nil, threads: Int = 1) {
        self.seeds = seeds
        self.trace = trace
        self.threads = threads
    }

    /// What each policy came to, for each seed.
    package func run(_ scenario: Scenario, _ policies: [LabPolicy]) throws -> [LabRuns] {
        let jobs = policies.indices.flatMap { policy in seeds.map { (policy: policy, seed: $0) } }
        let results = Mutex([LabResult?](repeating: nil, count: jobs.count))
        let failure = Mutex<(any Error)?>(nil)
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: min(max(threads, 1), max(jobs.count, 1))) { _ in
            while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < jobs.count {
                do {
                    var simulation = try Simulation(
                        scenario, policies[jobs[index].policy], seed: jobs[index].seed, trace: trace)
                    let result = simulation.run()
                    results.withLock { $0[index] = result }
                } catch {
                    failure.withLock { $0 = error }
                    return
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        let all = results.withLock { $0.compactMap { $0 } }
        let count = seeds.count
        return policies.indices.compactMap { LabRuns(Array(all[$0 * count..<($0 + 1) * count])) }
    }
}

/// A scenario with one policy, once for each seed.
package struct LabRuns: Sendable {
    package let runs: [LabResult]
    /// All seeds as one.
    package let whole: LabResult

    init?(_ runs: [LabResult]) {
        guard var whole = runs.first else { return nil }
        for run in runs.dropFirst() { whole.merge(run) }
        self.runs = runs
        self.whole = whole
    }

    package var policy: String { whole.policy }

    /// The mean over the seeds of a value, and the deviation of that mean.
    package func mean(of value: (LabResult) -> Double) -> (mean: Double, error: Double) {
        let values = Moments(runs.map(value))
        return (values.mean, values.deviation / Double(max(1, runs.count - 1)).squareRoot())
    }

    /// A quantile of the latencies, in the mean over the seeds.
    package func quantile(_ share: Double) -> Double { mean { $0.total.latencies.quantile(share) }.mean }

    /// A quantile over another's, seed by seed, in the geometric mean: the same calls came to both.
    package func ratio(to other: LabRuns, quantile share: Double) -> Double {
        let logarithms = zip(runs, other.runs).map {
            log($0.total.latencies.quantile(share) / max($1.total.latencies.quantile(share), 1e-9))
        }
        return exp(logarithms.reduce(0, +) / Double(max(1, logarithms.count)))
    }
}
