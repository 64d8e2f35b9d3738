// SPDX-License-Identifier: Apache-2.0

/// What came of the calls of a soak test.
struct SoakResult {
    private let options: SoakOptions
    private var latencies: [Duration] = []
    private var failures = 0

    init(_ options: SoakOptions) { self.options = options }

    /// Notes one call; the words that end its line.
    mutating func record(_ elapsed: Duration, failure: String?) -> String {
        latencies.append(elapsed)
        if let failure {
            failures += 1
            return "failed: \(failure)"
        }
        guard elapsed <= .milliseconds(options.maxLatencyMilliseconds) else {
            failures += 1
            return "failed: exceeds max acceptable latency: \(options.maxLatencyMilliseconds)"
        }
        return "succeeded"
    }

    /// Why the test does not pass.
    var problem: String? {
        guard latencies.count == options.iterations else {
            return "made \(latencies.count) of \(options.iterations) calls in \(options.overallSeconds) s"
        }
        guard failures <= options.maxFailures else {
            return "\(failures) of \(latencies.count) calls failed or were slow, \(options.maxFailures) may"
        }
        return nil
    }

    var summary: String {
        let sorted = latencies.sorted()
        let median = milliseconds(sorted, 0.5)
        return "soak test ran \(latencies.count) calls, \(failures) failed or were slow; "
            + "ms: median \(median), 90th \(milliseconds(sorted, 0.9)), worst \(milliseconds(sorted, 1))"
    }

    private func milliseconds(_ sorted: [Duration], _ part: Double) -> Int {
        guard !sorted.isEmpty else { return 0 }
        return Int(sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))] / .milliseconds(1))
    }
}
