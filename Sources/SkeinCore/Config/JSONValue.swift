// SPDX-License-Identifier: Apache-2.0

/// A JSON value that knows where in its text it stood, so that errors can point at it.
///
/// Two values are equal when their content is, wherever they stood. A number without a fraction that fits an `Int` is
/// an `integer`, however it was written (`1`, `1.0`, `1e0`).
package struct JSONValue: Sendable {
    package indirect enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        case integer(Int)
        case double(Double)
        case string(String)
        case array([JSONValue])
        case object([String: JSONValue])
        /// Made in code, where a text has an object with the policy's name.
        case policy(LoadBalancing)
    }

    /// Both count from 1; columns count Unicode scalars.
    package struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package static func < (a: Position, b: Position) -> Bool { (a.line, a.column) < (b.line, b.column) }
        package var description: String { "line \(line), column \(column)" }
    }

    package let content: Content
    /// `nil` for a value that was made in code.
    package let position: Position?

    package init(_ content: Content, at position: Position? = nil) {
        self.content = content
        self.position = position
    }

    /// Reads one JSON text (RFC 8259, strictly: no comments, no trailing commas, no duplicate names).
    package init(parsing text: String) throws(ConfigurationError) {
        self = try JSONParser.parse(text)
    }

    /// The members of an object in the order they were written; `nil` for anything else.
    package var members: [(name: String, value: JSONValue)]? {
        guard case .object(let members) = content else { return nil }
        return members.map { (name: $0.key, value: $0.value) }.sorted { a, b in
            guard let here = a.value.position, let there = b.value.position else { return a.name < b.name }
            return here < there
        }
    }

    package subscript(name: String) -> JSONValue? {
        if case .object(let members) = content { members[name] } else { nil }
    }

    package var isNull: Bool { content == .null }

    /// The value as it may stand in an error: short, and by its kind where it is compound.
    package var summary: String {
        switch content {
        case .array: return "an array"
        case .object, .policy: return "an object"
        default:
            let text = description
            return text.count <= 60 ? text : "\(text.prefix(57))..."
        }
    }

    /// An error about this value: its position when it has one, then `message`.
    package func error(_ message: String) -> ConfigurationError {
        ConfigurationError(position.map { "\($0): \(message)" } ?? message)
    }
}

extension JSONValue: Hashable {
    package static func == (a: JSONValue, b: JSONValue) -> Bool { a.content == b.content }
    package func hash(into hasher: inout Hasher) { hasher.combine(content) }
}

extension JSONValue: CustomStringConvertible {
    /// Compact JSON text, members sorted by name: equal values have equal texts.
    package var description: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): JSONValue.quoted(value)
        case .array(let values): "[\(values.map(\.description).joined(separator: ","))]"
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map(JSONValue.text).joined(separator: ","))}"
        case .policy(let choice): "{\(JSONValue.quoted(choice.policy)):\(choice.json?.description ?? "{}")}"
        }
    }

    private static func text(name: String, value: JSONValue) -> String { "\(quoted(name)):\(value)" }

    /// `text` as a JSON string, with its quotes.
    package static func quoted(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{0}"..."\u{1f}":
                let hex = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + "\""
    }
}

// MARK: values made in code

extension JSONValue.Content {
    /// An object without the members that are `nil`.
    package static func members(_ members: [String: JSONValue.Content?]) -> JSONValue.Content {
        .object(members.compactMapValues { content in content.map { JSONValue($0) } })
    }

    package static func list(_ values: [JSONValue.Content]) -> JSONValue.Content {
        .array(values.map { JSONValue($0) })
    }

    /// In protobuf's form.
    package static func duration(_ duration: Duration) -> JSONValue.Content { .string(DurationText.write(duration)) }
}
