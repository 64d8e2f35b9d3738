// SPDX-License-Identifier: Apache-2.0

/// Lines of Swift, indented by what encloses them.
struct CodeWriter {
    private(set) var text = ""
    private var level = 0

    static let lineLength = 120

    /// The columns that a line may still fill.
    var room: Int { CodeWriter.lineLength - 4 * level }

    mutating func line(_ line: String = "") {
        if !line.isEmpty { text += String(repeating: "    ", count: level) + line }
        text += "\n"
    }

    mutating func indent(_ body: (inout CodeWriter) -> Void) {
        level += 1
        body(&self)
        level -= 1
    }

    /// `head {`, what `body` writes, and `}`.
    mutating func block(_ head: String, _ body: (inout CodeWriter) -> Void) {
        line(head + " {")
        indent(body)
        line("}")
    }

    /// `start a, b, c end` in one line, or with one element per line where that is too long.
    mutating func list(_ start: String, _ elements: [String], _ end: String) {
        let joined = start + elements.joined(separator: ", ") + end
        if joined.count <= room { return line(joined) }
        line(start)
        indent { code in
            for (index, element) in elements.enumerated() {
                code.line(index + 1 < elements.count ? element + "," : element)
            }
        }
        line(end)
    }

    mutating func deprecation() { line("@available(*, deprecated)") }

    /// The name that users know a deprecated type by. The type has another, for code that does not warn.
    mutating func deprecatedAlias(_ known: String?, of name: String, _ comments: [String], _ access: String) {
        guard let known else { return }
        documentation(comments)
        deprecation()
        line("\(access)typealias \(known) = \(name)")
        line()
        line("/// The type of `\(known)`, by a name whose use in generated code does not warn.")
    }

    /// Documentation lines.
    mutating func documentation(_ lines: [String]) {
        for line in lines { self.line("///" + line) }
    }
}
