// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinLab

struct HistogramTests {
    @Test("quantiles are within a hundredth of the exact ones", arguments: [0.01, 0.5, 0.9, 0.99, 0.999, 1])
    func quantiles(share: Double) {
        var (histogram, values) = (Histogram(), [Double]())
        var chance = Chance(seed: 7)
        for _ in 0..<5_000 {
            let value = chance.lognormal(mean: 0.08, sigma: 1.5)
            histogram.record(value)
            values.append(value)
        }
        values.sort()
        let exact = values[Int((share * 5_000).rounded(.up)) - 1]
        #expect(abs(histogram.quantile(share) / exact - 1) < 0.01)
    }

    @Test("two histograms merged are one of all values")
    func merging() {
        var (one, other, both) = (Histogram(), Histogram(), Histogram())
        for step in 1...100 {
            let value = Double(step) * 0.001
            if step % 3 == 0 { one.record(value) } else { other.record(value) }
            both.record(value)
        }
        one.merge(other)
        #expect(one.count == 100)
        #expect(abs(one.mean - both.mean) < 1e-12)
        #expect([0.25, 0.5, 0.99].allSatisfy { one.quantile($0) == both.quantile($0) })
    }

    @Test("values out of range count as its ends, and nothing has no quantile")
    func edges() {
        var histogram = Histogram()
        #expect(histogram.quantile(0.5) == 0)
        for value in [-1, 0, .infinity] { histogram.record(value) }
        #expect(histogram.quantile(0.5) < 2e-7)
        #expect(histogram.quantile(1) > 9e4)
    }
}
