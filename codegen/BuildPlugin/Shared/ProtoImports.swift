// SPDX-License-Identifier: Apache-2.0

/// The imports of a `.proto` file, as far as can be told without parsing it.
enum ProtoImports {
    /// The names in `import "…";` statements, in order.
    static func names(in text: String) -> [String] {
        var names: [String] = []
        var tokens = Tokens(text)
        while let token = tokens.next() {
            guard token == "import" else { continue }
            var operand = tokens.next()
            if operand == "public" || operand == "weak" { operand = tokens.next() }
            if let operand, operand.hasPrefix("\"") { names.append(String(operand.dropFirst())) }
        }
        return names
    }

    /// Words, single symbols, and strings, which begin with a quote and have lost the one at their end.
    private struct Tokens: IteratorProtocol {
        private var rest: Substring.UnicodeScalarView

        init(_ text: String) { rest = Substring(text).unicodeScalars }

        mutating func next() -> String? {
            while let first = rest.first {
                if rest.starts(with: "//".unicodeScalars) {
                    rest = rest.drop { $0 != "\n" }
                } else if rest.starts(with: "/*".unicodeScalars) {
                    skipComment()
                } else if first.properties.isWhitespace {
                    rest.removeFirst()
                } else {
                    return token(from: first)
                }
            }
            return nil
        }

        private mutating func token(from first: Unicode.Scalar) -> String {
            if first == "\"" || first == "'" { return string(upTo: first) }
            let word = rest.prefix { $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0) }
            rest = rest.dropFirst(max(1, word.count))
            return word.isEmpty ? String(first) : String(word)
        }

        private mutating func string(upTo quote: Unicode.Scalar) -> String {
            rest.removeFirst()
            var content = "\""
            while let scalar = rest.popFirst(), scalar != quote {
                content.unicodeScalars.append(scalar)
                if scalar == "\\", let escaped = rest.popFirst() { content.unicodeScalars.append(escaped) }
            }
            return content
        }

        private mutating func skipComment() {
            rest = rest.dropFirst(2)
            while !rest.isEmpty, !rest.starts(with: "*/".unicodeScalars) { rest.removeFirst() }
            rest = rest.dropFirst(2)
        }
    }
}
