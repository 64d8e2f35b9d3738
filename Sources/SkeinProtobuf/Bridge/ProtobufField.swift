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
    }

    /// How often a field occurs.
    public enum Label: Sendable {
        /// At most once, and left out when it has the default value.
        case implicit
        /// At most once, with presence: proto3 `optional`, members of oneofs, messages.
        case optional
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
    let kind: Kind
    let label: Label
    let slot: Int
    /// Which oneof of the message it belongs to, counted from 1; 0 for none.
    let oneof: UInt32
    let message: (@Sendable () -> ProtobufLayout)?
    let entry: Entry?

    /// A field. `message` is the layout of a message field's type; it is asked for when all layouts exist.
    public static func field(
        _ number: UInt32, _ name: String, _ kind: Kind, _ label: Label = .implicit, slot: Int, oneof: UInt32 = 0
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: kind, label: label, slot: slot, oneof: oneof, message: nil, entry: nil)
    }

    /// A message field, singular (`optional`) or repeated.
    public static func message(
        _ number: UInt32, _ name: String, _ label: Label = .optional, slot: Int, oneof: UInt32 = 0,
        _ message: @escaping @Sendable () -> ProtobufLayout
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .message, label: label, slot: slot, oneof: oneof, message: message,
            entry: nil)
    }

    /// A map field. Its entries are messages with the key in slot 3 and the value in slot 5.
    public static func map(
        _ number: UInt32, _ name: String, _ key: Kind, _ value: Kind, slot: Int,
        _ message: (@Sendable () -> ProtobufLayout)? = nil
    ) -> ProtobufField {
        ProtobufField(
            number: number, name: name, kind: .message, label: .repeated, slot: slot, oneof: 0, message: message,
            entry: Entry(key: key, value: value))
    }
}
