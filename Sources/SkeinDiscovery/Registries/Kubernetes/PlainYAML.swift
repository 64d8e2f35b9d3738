// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Reads the part of YAML in which kubeconfig files are written: block mappings and sequences, plain and quoted scalars,
/// literal blocks, comments; flow style as far as it is JSON. Anything else is an error with its line. Scalars are
/// strings, but for `true`, `false` and `null`.
struct PlainYAML {
    private struct Line {
        var number: Int
        var indent: Int
        var text: Substring
    }

    private static let maxDepth = 32
    private var lines: [Line] = []
    private var next = 0

    static func read(_ text: String) throws(ConfigurationError) -> JSONValue {
        if text.first(where: { !$0.isWhitespace }) == "{" { return try JSONValue(parsing: text) }
        var reader = try PlainYAML(text)
        guard let first = reader.current else { return JSONValue(.null) }
        let value = try reader.block(at: first.indent, depth: 0)
        if let line = reader.current { throw PlainYAML.error(line, "the same indentation as above") }
        return value
    }

    private init(_ text: String) throws(ConfigurationError) {
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = raw.drop { $0 == " " }
            let line = Line(number: index + 1, indent: raw.count - content.count, text: content)
            if raw == "---", lines.allSatisfy({ $0.text.isEmpty }) { continue }
            if raw == "..." { break }
            if raw.hasPrefix("---") || content.hasPrefix("\t") || content.hasPrefix("%") {
                throw PlainYAML.error(line, "one document, indented by spaces")
            }
            lines.append(line)
        }
    }

    private static func error(_ line: Line, _ expected: String) -> ConfigurationError {
        // The text may be a secret.
        ConfigurationError("line \(line.number): expected \(expected)")
    }

    /// The next line that says something.
    private var current: Line? {
        mutating get {
            while next < lines.count, lines[next].text.isEmpty || lines[next].text.hasPrefix("#") { next += 1 }
            return next < lines.count ? lines[next] : nil
        }
    }

    private static func isItem(_ text: Substring) -> Bool { text == "-" || text.hasPrefix("- ") }

    private mutating func block(at indent: Int, depth: Int) throws(ConfigurationError) -> JSONValue {
        guard let line = current else { return JSONValue(.null) }
        guard depth < PlainYAML.maxDepth else { throw PlainYAML.error(line, "at most \(PlainYAML.maxDepth) levels") }
        return PlainYAML.isItem(line.text)
            ? try sequence(at: indent, depth: depth) : try mapping(at: indent, depth: depth)
    }

    private mutating func sequence(at indent: Int, depth: Int) throws(ConfigurationError) -> JSONValue {
        var items: [JSONValue] = []
        while let line = current, line.indent == indent, PlainYAML.isItem(line.text) {
            let rest = line.text.dropFirst().drop { $0 == " " }
            if rest.isEmpty || rest.hasPrefix("#") {
                next += 1
                items.append(try nested(under: indent, depth: depth))
            } else if PlainYAML.isItem(rest) || PlainYAML.entry(rest) != nil {
                // `- name: x`: a mapping that starts on the line of its dash.
                let inner = indent + line.text.count - rest.count
                lines[next] = Line(number: line.number, indent: inner, text: rest)
                items.append(try block(at: inner, depth: depth + 1))
            } else {
                next += 1
                items.append(try scalar(rest, line))
            }
        }
        return JSONValue(.array(items))
    }

    private mutating func mapping(at indent: Int, depth: Int) throws(ConfigurationError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        while let line = current, line.indent == indent, !PlainYAML.isItem(line.text) {
            guard let (key, rest) = PlainYAML.entry(line.text) else {
                throw PlainYAML.error(line, "a name, a colon and a value")
            }
            next += 1
            let value: JSONValue
            if rest.isEmpty || rest.hasPrefix("#") {
                value = try nested(under: indent, depth: depth)
            } else if rest.hasPrefix("|") || rest.hasPrefix(">") {
                value = try text(under: indent, rest, line)
            } else {
                value = try scalar(rest, line)
            }
            guard members.updateValue(value, forKey: key) == nil else {
                throw PlainYAML.error(line, "each name once")
            }
        }
        return JSONValue(.object(members))
    }

    /// What stands below a name or a dash; a sequence below a name may stand as far left as the name.
    private mutating func nested(under indent: Int, depth: Int) throws(ConfigurationError) -> JSONValue {
        guard let line = current, line.indent > indent || (line.indent == indent && PlainYAML.isItem(line.text)) else {
            return JSONValue(.null)
        }
        return try block(at: line.indent, depth: depth + 1)
    }

    /// The lines of a literal (`|`) or folded (`>`) text.
    private mutating func text(
        under indent: Int, _ mark: Substring, _ line: Line
    ) throws(ConfigurationError) -> JSONValue {
        guard ["|", "|-", ">", ">-"].contains(mark) else { throw PlainYAML.error(line, "|, |-, > or >- alone") }
        var parts: [String] = []
        let inner = next < lines.count ? lines[next].indent : 0
        while next < lines.count, lines[next].text.isEmpty || lines[next].indent > indent {
            let extra = String(repeating: " ", count: max(0, lines[next].indent - inner))
            parts.append(lines[next].text.isEmpty ? "" : extra + lines[next].text)
            next += 1
        }
        while parts.last == "" { parts.removeLast() }
        let text = parts.joined(separator: mark.hasPrefix("|") ? "\n" : " ")
        return JSONValue(.string(mark.hasSuffix("-") ? text : text + "\n"))
    }

    /// `name: value`, or `nil`.
    private static func entry(_ text: Substring) -> (key: String, rest: Substring)? {
        var end = text.startIndex
        var quote: Character?
        while end < text.endIndex {
            let character = text[end]
            let after = text.index(after: end)
            if let open = quote {
                if character == open { quote = nil }
            } else if end == text.startIndex, character == "\"" || character == "'" {
                quote = character
            } else if character == ":", after == text.endIndex || text[after] == " " {
                let key = text[..<end].trimmingQuotes
                return (String(key), text[after...].drop { $0 == " " })
            }
            end = after
        }
        return nil
    }

    private func scalar(_ text: Substring, _ line: Line) throws(ConfigurationError) -> JSONValue {
        switch text.first {
        case "\"", "{", "[":
            do throws(ConfigurationError) {
                return try JSONValue(parsing: String(PlainYAML.withoutComment(text)))
            } catch {
                throw PlainYAML.error(line, "a quoted text, or flow style as in JSON")
            }
        case "'":
            let body = PlainYAML.withoutComment(text)
            guard body.count >= 2, body.hasSuffix("'") else { throw PlainYAML.error(line, "a ' at the end") }
            return JSONValue(
                .string(
                    body.dropFirst().dropLast().split(separator: "''", omittingEmptySubsequences: false)
                        .joined(separator: "'")))
        case "&", "*", "!", "@", "`": throw PlainYAML.error(line, "a plain or quoted text")
        default: break
        }
        let plain = String(PlainYAML.withoutComment(text))
        return switch plain {
        case "null", "~", "": JSONValue(.null)
        case "true": JSONValue(.bool(true))
        case "false": JSONValue(.bool(false))
        default: JSONValue(.string(plain))
        }
    }

    /// A comment starts with a # after a space, outside of quotes.
    private static func withoutComment(_ text: Substring) -> Substring {
        var quote: Character?
        var before: Character = "x"
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open, before != "\\" { quote = nil }
            } else if index == text.startIndex, character == "\"" || character == "'" {
                quote = character
            } else if character == "#", before == " " {
                return text[..<index].trimmingEnd
            }
            before = character
        }
        return text.trimmingEnd
    }
}

extension Substring {
    fileprivate var trimmingEnd: Substring {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    fileprivate var trimmingQuotes: Substring {
        let text = trimmingEnd
        guard let first = text.first, first == "\"" || first == "'", text.count > 1, text.last == first else {
            return text
        }
        return text.dropFirst().dropLast()
    }
}
