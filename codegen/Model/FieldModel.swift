// SPDX-License-Identifier: Apache-2.0

/// The type of one value of a field.
enum ValueType: Equatable {
    /// A number, a bool, a string or bytes: protobuf's word for it, and Swift's type.
    case plain(String, swift: String)
    /// With the default value.
    case `enum`(swift: String, zero: String)
    case message(swift: String)

    /// The name of `ProtobufField.Kind`.
    var kind: String {
        switch self {
        case .plain(let kind, _): kind
        case .enum: "enum"
        case .message: "message"
        }
    }

    var swift: String {
        switch self {
        case .plain(_, let swift), .enum(let swift, _), .message(let swift): swift
        }
    }

    var isMessage: Bool { kind == "message" }
    var isEnum: Bool { kind == "enum" }

    /// Whether a value is a run of bytes: two slots rather than one.
    var isBlob: Bool { kind == "string" || kind == "bytes" }

    /// The default value, as Swift writes it.
    var zero: String {
        switch self {
        case .plain("string", _): "\"\""
        case .plain("bytes", _): "[]"
        case .plain("bool", _): "false"
        case .plain: "0"
        case .enum(_, let zero): zero
        case .message: ".init()"
        }
    }
}

/// A field of a message, or a member of one of its oneofs.
struct FieldModel {
    enum Shape: Equatable {
        case implicit
        case optional
        /// An optional whose absence is an error where messages are encoded or decoded.
        case required
        case repeated
        case packed
        case map(key: ValueType)
    }

    let number: Int
    let protoName: String
    /// The name in JSON, where it is not the usual one.
    let jsonName: String?
    let name: String
    let type: ValueType
    let shape: Shape
    let comments: [String]
    let isDeprecated: Bool
    /// What `…OrDefault` returns when the field is not set, as Swift writes it.
    let explicitDefault: String?
    /// Whether the value is kept on the heap.
    let isBoxed: Bool
    /// Which oneof of the message it belongs to, counted from 0.
    let oneof: Int?
    /// The first of its slots in memory.
    var slot = 0

    /// The stored property: that of a deprecated field is another one, which generated code uses without a warning.
    var storage: String { isDeprecated ? "_" + name.filter { $0 != "`" } : name }

    var swiftType: String {
        switch shape {
        case .implicit: type.swift
        case .optional, .required: type.swift + "?"
        case .repeated, .packed: "[\(type.swift)]"
        case .map(let key): "[\(key.swift): \(type.swift)]"
        }
    }

    var zero: String {
        switch shape {
        case .implicit: type.zero
        case .optional, .required: "nil"
        case .repeated, .packed: "[]"
        case .map: "[:]"
        }
    }

    /// How many slots it takes; see `ProtobufField` of the runtime.
    var slots: Int {
        switch shape {
        case .implicit: type.isBlob ? 2 : 1
        case .optional where type.isBlob, .required where type.isBlob: 3
        case .optional, .required, .repeated, .packed, .map: 2
        }
    }
}

struct OneofModel {
    /// The enum's name.
    let type: String
    let name: String
    let comments: [String]
    var members: [FieldModel]

    /// All slots of its members, which follow each other.
    var slots: Range<Int> {
        guard let first = members.first, let last = members.last else { return 0..<0 }
        return first.slot..<last.slot + last.slots
    }
}
