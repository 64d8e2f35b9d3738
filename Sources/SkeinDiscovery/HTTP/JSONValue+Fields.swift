// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What registries' answers are read with: `nil` for what is not there or is something else.
extension JSONValue {
    var text: String? { if case .string(let value) = content { value } else { nil } }
    var items: [JSONValue]? { if case .array(let values) = content { values } else { nil } }
    var fields: [String: JSONValue]? { if case .object(let members) = content { members } else { nil } }

    /// A number, also one that is written as a string, as some servers do.
    var number: Int? {
        switch content {
        case .integer(let value): value
        case .string(let text): Int(text)
        default: nil
        }
    }

    /// True or false, also as a string.
    var truth: Bool? {
        switch content {
        case .bool(let value): value
        case .string("true"): true
        case .string("false"): false
        default: nil
        }
    }

    /// The members of an object that are strings.
    var texts: [String: String] { (fields ?? [:]).compactMapValues(\.text) }

    static func text(_ value: String) -> JSONValue { JSONValue(.string(value)) }
    static func number(_ value: Int) -> JSONValue { JSONValue(.integer(value)) }
    static func list(_ values: [JSONValue]) -> JSONValue { JSONValue(.array(values)) }
    static func texts(_ values: [String: String]) -> JSONValue { JSONValue(.object(values.mapValues(JSONValue.text))) }
    static func fields(_ values: [String: JSONValue?]) -> JSONValue {
        JSONValue(.object(values.compactMapValues(\.self)))
    }
}
