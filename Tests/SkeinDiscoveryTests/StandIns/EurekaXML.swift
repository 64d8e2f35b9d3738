// SPDX-License-Identifier: Apache-2.0
import SkeinCore

@testable import SkeinDiscovery

/// The XML that a Eureka server answers when JSON is not asked for: members are elements, `@name` an attribute, `$` the
/// text, an array one element after the other.
enum EurekaXML {
    static func text(of answer: JSONValue) -> String {
        (answer.fields ?? [:]).map { element($0.key, $0.value) }.joined()
    }

    private static func element(_ name: String, _ value: JSONValue) -> String {
        if let items = value.items { return items.map { element(name, $0) }.joined() }
        guard let fields = value.fields else { return "<\(name)>\(escaped(scalar(value)))</\(name)>" }
        let attributes = fields.filter { $0.key.hasPrefix("@") }
            .map { " \($0.key.dropFirst())=\"\(escaped(scalar($0.value)))\"" }.sorted().joined()
        let content = fields.filter { !$0.key.hasPrefix("@") && $0.key != "$" }
            .map { element($0.key, $0.value) }.sorted().joined()
        return "<\(name)\(attributes)>\(fields["$"].map { escaped(scalar($0)) } ?? "")\(content)</\(name)>"
    }

    private static func scalar(_ value: JSONValue) -> String { value.text ?? (value.isNull ? "" : value.description) }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
