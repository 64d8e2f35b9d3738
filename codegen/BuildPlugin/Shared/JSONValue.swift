// SPDX-License-Identifier: Apache-2.0

/// A JSON value, as far as configurations have them.
enum JSONValue: Decodable {
    case string(String)
    case bool(Bool)
    case array([JSONValue])
    case object([String: JSONValue])
    case other

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let flag = try? value.decode(Bool.self) {
            self = .bool(flag)
        } else if let values = try? value.decode([JSONValue].self) {
            self = .array(values)
        } else if let fields = try? value.decode([String: JSONValue].self) {
            self = .object(fields)
        } else {
            self = .other
        }
    }

    /// For errors.
    var kind: String {
        switch self {
        case .string(let text): "\"\(text)\""
        case .bool(let flag): "\(flag)"
        case .array(let values): values.isEmpty ? "an empty array" : "an array"
        case .object: "an object"
        case .other: "a number or null"
        }
    }
}
