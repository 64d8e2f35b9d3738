// SPDX-License-Identifier: Apache-2.0

/// For generated code: one field of a message and where it lies.
///
/// A message lies in memory as slots of 8 bytes: three for libprotobuf-c's header, then those of each field. A scalar
/// takes one slot, a string or bytes two (count, pointer); with presence one more follows, the flag. A message, and
/// everything repeated, takes two: a pointer to the elements and their count.
public struct ProtobufField: Sendable {
    /// The field types of protobuf.
    public enum Kind: Sendable {
        case double, float, int32, int64, uint32, uint64, sint32, sint64
        case fixed32, fixed64, sfixed32, sfixed64, bool, string, bytes, `enum`, message

        /// The slots that one value takes, its flag not counted.
        var slots: Int { self == .string || self == .bytes ? 2 : 1 }

        /// The bytes that each value takes; `nil` where they differ.
        var fixedWidth: Int? {
            switch self {
            case .fixed32, .sfixed32, .float: 4
            case .fixed64, .sfixed64, .double: 8
            default: nil
            }
        }

        /// The most bytes that a value takes, not counting the contents of strings, bytes and messages.
        var bound: Int {
            switch self {
            case .string, .bytes, .message: 0
            case .bool: 1
            case .fixed32, .sfixed32, .float: 4
            case .fixed64, .sfixed64, .double: 8
            case .uint32, .sint32: 5
            case .int32, .enum, .int64, .uint64, .sint64: 10
            }
        }
    }

    /// How often a field occurs.
    public enum Label: Sendable {
        /// At most once, and left out when it has the default value.
        case implicit
        /// At most once, with presence: `optional`, members of oneofs, messages.
        case optional
        /// Once: proto2 `required`. Checked when a message is encoded, and when it was decoded.
        case required
        case repeated
        /// Repeated, and written as one run of values.
        case packed
    }

    /// The key and value of a map.
    struct Entry {
        let key: Kind
        let value: Kind
    }

    let number: UInt32
    let name: String
    /// The name in JSON, where the `.proto` file chose one.
    private(set) var chosenJSONName: String? = nil
    let kind: Kind
    let label: Label
    let slot: Int
    /// Which oneof of the message it belongs to, counted from 1; 0 for none.
    let oneof: UInt32
    /// The layout of a message field's type, or of the messages that are a map's values.
    let message: (@Sendable () -> ProtobufLayout)?
    /// The names of an enum field's values, or of the enums that are a map's values.
    let names: (@Sendable () -> ProtobufEnumNames)?
    let entry: Entry?

    /// The most bytes that its encoding can have: of a field that occurs once, with what announces the content of a
    /// string, bytes or a message; of a packed one, what announces the run.
    var bound: Int {
        switch label {
        case .repeated: 0
        case .packed: ProtobufWriter.announcement
        case .implicit, .optional, .required: ProtobufWriter.announcement + kind.bound
        }
    }

    /// A field of numbers, bools, strings or bytes.
    public static func field(
        _ number: UInt32, _ name: String, _ kind: Kind, _ label: Label = .implicit, slot: Int, oneof: UInt32 = 0
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: kind, label: label, slot: slot, oneof: oneof, message: nil, names: nil,
            entry: nil)
    }

    /// An enum field.
    public static func `enum`(
        _ number: UInt32, _ name: String, _ label: Label = .implicit, slot: Int, oneof: UInt32 = 0,
        _ names: @escaping @Sendable () -> ProtobufEnumNames
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .enum, label: label, slot: slot, oneof: oneof, message: nil,
            names: names, entry: nil)
    }

    /// A message field, singular (`optional`) or repeated. `message` is asked for when all layouts exist.
    public static func message(
        _ number: UInt32, _ name: String, _ label: Label = .optional, slot: Int, oneof: UInt32 = 0,
        _ message: @escaping @Sendable () -> ProtobufLayout
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .message, label: label, slot: slot, oneof: oneof, message: message,
            names: nil, entry: nil)
    }

    /// A map to numbers, bools, strings or bytes. Its entries are messages with the key in slot 3, the value in slot 5.
    public static func map(
        _ number: UInt32, _ name: String, _ key: Kind, _ value: Kind, slot: Int
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .message, label: .repeated, slot: slot, oneof: 0, message: nil,
            names: nil, entry: Entry(key: key, value: value))
    }

    /// A map to messages.
    public static func messageMap(
        _ number: UInt32, _ name: String, _ key: Kind, slot: Int, _ message: @escaping @Sendable () -> ProtobufLayout
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .message, label: .repeated, slot: slot, oneof: 0, message: message,
            names: nil, entry: Entry(key: key, value: .message))
    }

    /// A map to enums.
    public static func enumMap(
        _ number: UInt32, _ name: String, _ key: Kind, slot: Int,
        _ names: @escaping @Sendable () -> ProtobufEnumNames
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .message, label: .repeated, slot: slot, oneof: 0, message: nil,
            names: names, entry: Entry(key: key, value: .enum))
    }

    /// The field with another name in JSON than the usual one.
    public func json(_ name: String) -> ProtobufField {
        var field = self
        field.chosenJSONName = name
        return field
    }
}
