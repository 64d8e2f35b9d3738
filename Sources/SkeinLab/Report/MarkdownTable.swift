// SPDX-License-Identifier: Apache-2.0

/// A table in Markdown, its columns aligned.
package struct MarkdownTable {
    private let head: [String]
    private var rows: [[String]] = []

    package init(_ head: [String]) { self.head = head }

    package mutating func add(_ row: [String]) { rows.append(row) }

    package var text: String {
        let widths = head.indices.map { column in
            ([head] + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = head.indices.map { column -> String in
                let cell = column < cells.count ? cells[column] : ""
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = head.indices.map { column in
            column == 0
                ? String(repeating: "-", count: widths[column])
                : String(repeating: "-", count: max(1, widths[column] - 1)) + ":"
        }
        return ([line(head), "| " + rule.joined(separator: " | ") + " |"] + rows.map(line)).joined(separator: "\n")
    }
}
