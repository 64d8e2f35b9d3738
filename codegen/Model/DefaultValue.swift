// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The default value that a proto2 field declares.
struct DefaultValue {
    /// As Swift writes it; `nil` where the field declares none.
    let expression: String?

    init(_ field: FieldDescriptor, _ names: SwiftNames) {
        expression = field.defaultValue.map { DefaultValue.expression($0, field, names) }
    }

    /// protoc hands on numbers in a normal form, strings as they are, and bytes escaped.
    private static func expression(_ text: String, _ field: FieldDescriptor, _ names: SwiftNames) -> String {
        switch field.type {
        case .string: text.debugDescription
        case .bytes: "[" + unescape(text).map { "\($0)" }.joined(separator: ", ") + "]"
        case .double: number(text, "Double")
        case .float: number(text, "Float")
        case .enum:
            field.enumType.values.first { $0.name == text }.map {
                names.expression($0, in: names.full(field.enumType))
            } ?? text
        default: text
        }
    }

    private static func number(_ text: String, _ type: String) -> String {
        switch text {
        case "inf": "\(type).infinity"
        case "-inf": "-\(type).infinity"
        case "nan", "-nan": "\(type).nan"
        // Only a number with a fraction can be -0.0.
        case _ where text.allSatisfy { $0.isNumber || $0 == "-" }: text + ".0"
        default: text
        }
    }

    /// The bytes that C's escapes stand for.
    private static func unescape(_ text: String) -> [UInt8] {
        let simple: [Character: UInt8] = ["n": 10, "r": 13, "t": 9]
        var bytes: [UInt8] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                bytes += character.utf8
                continue
            }
            let octal = rest.prefix(3).prefix { ("0"..."7").contains($0) }
            if let value = UInt8(octal, radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(octal.count)
            } else if let escaped = rest.popFirst() {
                if let byte = simple[escaped] { bytes.append(byte) } else { bytes += escaped.utf8 }
            }
        }
        return bytes
    }
}
