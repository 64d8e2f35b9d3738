// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The latencies of policies in one scenario: bars of percentiles, or lines over the load when it has steps.
package struct LatencyChart: Sendable {
    private static let width = 760.0
    private static let left = 240.0
    private static let right = 700.0
    private static let rowHeight = 24.0
    private static let decades = [0.001, 0.01, 0.1, 1, 10]

    private let title: String
    private let all: [LabRuns]

    package init(_ scenario: Scenario, _ all: [LabRuns]) {
        title = "\(scenario.name): \(scenario.summary)"
        self.all = all
    }

    /// All charts, one below the other.
    package static func svg(_ charts: [LatencyChart]) -> String {
        var canvas = SVGCanvas(width: width, height: charts.reduce(0) { $0 + $1.height })
        var top = 0.0
        for chart in charts {
            chart.draw(on: &canvas, top)
            top += chart.height
        }
        return canvas.text
    }

    private var hasSteps: Bool { all.contains { $0.whole.steps.count > 1 } }
    private var height: Double { hasSteps ? 380 : 70 + Double(all.count) * LatencyChart.rowHeight }

    private func draw(on canvas: inout SVGCanvas, _ top: Double) {
        canvas.text(title, x: 16, y: top + 20, size: 13)
        if hasSteps { drawLines(on: &canvas, top) } else { drawBars(on: &canvas, top) }
    }

    // MARK: bars

    /// For each policy p50, p90, p99 and p99.9, one over the other, on a logarithmic scale.
    private func drawBars(on canvas: inout SVGCanvas, _ top: Double) {
        let bottom = top + height - 30
        for value in ticks {
            let x = place(value)
            canvas.line((x, top + 30), (x, bottom))
            canvas.text(LatencyChart.label(value), x: x, y: bottom + 14, anchor: .middle)
        }
        for (row, runs) in all.enumerated() {
            let y = top + 34 + Double(row) * LatencyChart.rowHeight
            let colour = SVGCanvas.colours[row % SVGCanvas.colours.count]
            canvas.text(runs.policy, x: LatencyChart.left - 8, y: y + 13, anchor: .end)
            for (share, opacity) in [(0.999, 0.25), (0.99, 0.3), (0.9, 0.5), (0.5, 1)] {
                let x = place(runs.quantile(share))
                canvas.bar(
                    x: LatencyChart.left, y: y + 2, width: x - LatencyChart.left, height: 15, colour: colour,
                    opacity: opacity)
            }
            canvas.text(LabReport.milliseconds(runs.quantile(0.99)), x: LatencyChart.right + 6, y: y + 13)
        }
        canvas.text("p99, ms", x: LatencyChart.right + 6, y: bottom + 14)
        canvas.text("p50, p90, p99, p99.9", x: LatencyChart.left - 8, y: bottom + 14, anchor: .end)
    }

    /// 1, 2 and 5 of every decade in sight.
    private var ticks: [Double] {
        let all = LatencyChart.decades.flatMap { [$0, 2 * $0, 5 * $0] }
        return all.filter { $0 >= least && $0 <= most }
    }

    private var quantiles: [Double] { all.flatMap { runs in [0.5, 0.999].map(runs.quantile) } }
    private var least: Double { max(0.000_5, (quantiles.min() ?? 0.001) / 2) }
    private var most: Double { max(least * 2, quantiles.max() ?? 1) }

    private func place(_ seconds: Double) -> Double {
        let share = log(max(seconds, least) / least) / log(most / least)
        return LatencyChart.left + share * (LatencyChart.right - LatencyChart.left)
    }

    // MARK: lines

    /// The p99 of each policy over the load.
    private func drawLines(on canvas: inout SVGCanvas, _ top: Double) {
        let (left, right) = (60.0, 520.0)
        let loads = all.first?.whole.steps.map(\.load) ?? []
        guard let first = loads.min(), let last = loads.max(), last > first else { return }
        let lines = all.map { runs in
            loads.indices.map { step in runs.mean { $0.steps[step].latencies.quantile(0.99) }.mean }
        }
        let low = max(0.000_5, (lines.joined().min() ?? 0.001) / 1.5)
        let high = max(low * 2, (lines.joined().max() ?? 1) * 1.1)
        func x(_ load: Double) -> Double { left + (load - first) / (last - first) * (right - left) }
        func y(_ seconds: Double) -> Double { top + 330 - log(max(seconds, low) / low) / log(high / low) * 290 }
        for value in LatencyChart.decades.flatMap({ [$0, 2 * $0, 5 * $0] }) where value >= low && value <= high {
            canvas.line((left, y(value)), (right, y(value)))
            canvas.text(LatencyChart.label(value), x: left - 6, y: y(value) + 4, anchor: .end)
        }
        for load in loads {
            canvas.text(LabReport.decimal(load, 2), x: x(load), y: top + 346, anchor: .middle, size: 9)
        }
        canvas.text("p99 over the load", x: (left + right) / 2, y: top + 364, anchor: .middle)
        for (index, line) in lines.enumerated() {
            let colour = SVGCanvas.colours[index % SVGCanvas.colours.count]
            canvas.path(zip(loads, line).map { (x($0), y($1)) }, colour: colour)
            let row = top + 50 + Double(index) * 18
            canvas.bar(x: right + 20, y: row - 9, width: 12, height: 10, colour: colour)
            canvas.text(all[index].policy, x: right + 38, y: row)
        }
    }

    private static func label(_ seconds: Double) -> String {
        seconds < 1 ? "\(LabReport.decimal(seconds * 1000, 0)) ms" : "\(LabReport.decimal(seconds, 0)) s"
    }
}
