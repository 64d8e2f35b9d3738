// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The live table: redrawn in place on a terminal, one line a second elsewhere.
final class Screen {
    struct Row {
        var name: String
        var pid: Int32
        var state: String
        /// Since the start.
        var calls: Int
        /// Of the last second.
        var share: Double
        var p50: Duration?
        var p99: Duration?
    }

    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let start = ContinuousClock.now
    private var linesDrawn = 0
    private var snapshotDue = ContinuousClock.now + .seconds(1)
    private var needsHeader = true
    private var hasLegend = false

    /// At once, since the standard output of a pipe is otherwise kept back.
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

    /// Says what happens next, above the table.
    func heading(_ text: String) {
        erase()
        let title = isTerminal ? "\u{1b}[1m\(text)\u{1b}[0m" : text
        Screen.write("\n\(seconds())  \(title)\n")
        needsHeader = true
    }

    /// Says what has happened.
    func note(_ text: String) {
        erase()
        Screen.write("        \(text)\n")
    }

    func show(_ rows: [Row]) {
        isTerminal ? draw(rows) : snapshot(rows)
    }

    /// Takes the table away.
    func erase() {
        guard linesDrawn > 0 else { return }
        Screen.write("\u{1b}[\(linesDrawn)A\u{1b}[J")
        linesDrawn = 0
    }

    private func draw(_ rows: [Row]) {
        var lines = ["", "        server      pid      what it does            calls   share     p50      p99"]
        for row in rows {
            lines.append(
                "        " + row.name.left(12) + "\(row.pid)".left(9) + row.state.left(22) + "\(row.calls)".right(7)
                    + row.share.percent.right(8) + row.p50.milliseconds.right(10) + row.p99.milliseconds.right(9))
        }
        erase()
        Screen.write(lines.joined(separator: "\n") + "\n")
        linesDrawn = lines.count
    }

    private func snapshot(_ rows: [Row]) {
        guard .now >= snapshotDue else { return }
        snapshotDue += .seconds(1)
        if needsHeader {
            needsHeader = false
            let names = rows.map { "\($0.name) (\($0.pid), \($0.state))".left(32) }
            Screen.write("        " + names.joined() + "\n")
            if !hasLegend {
                let columns = "calls".right(5) + "share".right(7) + "p50".right(8) + "p99".right(8) + "    "
                Screen.write("        " + String(repeating: columns, count: rows.count) + "\n")
                hasLegend = true
            }
        }
        let cells = rows.map { row in
            "\(row.calls)".right(5) + row.share.percent.right(7) + row.p50.milliseconds.right(8)
                + row.p99.milliseconds.right(8) + "    "
        }
        Screen.write(seconds() + "  " + cells.joined() + "\n")
    }

    private func seconds() -> String { String(format: "%4.1f s", (.now - start) / .seconds(1)) }
}

extension Duration? {
    var milliseconds: String { map { String(format: "%.1f ms", $0 / .milliseconds(1)) } ?? "-" }
}

extension Double {
    var percent: String { String(format: "%.1f%%", self * 100) }
}

extension String {
    /// Padded to `width` columns.
    func left(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
    func right(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
