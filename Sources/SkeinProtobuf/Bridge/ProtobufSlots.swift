// SPDX-License-Identifier: Apache-2.0

/// A message that `ProtobufArena.write` put into slots, looked at through its layout.
struct ProtobufSlots {
    let slots: UnsafeMutableRawPointer
    let layout: ProtobufLayout

    init(_ slots: UnsafeMutableRawPointer, _ layout: ProtobufLayout) {
        self.slots = slots
        self.layout = layout
    }

    private func load<T: BitwiseCopyable>(_ slot: Int, as type: T.Type = T.self) -> T {
        slots.load(fromByteOffset: slot * ProtobufLayout.slotSize, as: type)
    }

    /// The messages in a message field, singular or repeated, or the entries of a map.
    private func messages(of field: ProtobufField) -> UnsafeMutableBufferPointer<UnsafeMutableRawPointer> {
        let count: Int = load(field.slot + 1)
        let start: UnsafeMutablePointer<UnsafeMutableRawPointer>? = count == 0 ? nil : load(field.slot)
        return UnsafeMutableBufferPointer(start: start, count: count)
    }
}

// MARK: Required fields

extension ProtobufSlots {
    /// The path to the first required field that is not set: `items[2].address.street`.
    func missingRequired() -> String? {
        let schema = layout.schema
        if !schema.hasRequired { return nil }
        for field in schema.fields {
            if field.label == .required, !isSet(field) { return field.name }
            guard field.kind == .message else { continue }
            for (index, message) in messages(of: field).enumerated() {
                let inner = ProtobufSlots(message, ProtobufLayout(of: message))
                guard let path = inner.missingRequired() else { continue }
                if field.entry != nil {
                    // Through the entry's `value`, which goes without saying.
                    return "\(field.name)[\(inner.describeKey(field.entry))]\(path.dropFirst("value".count))"
                }
                return field.label == .repeated ? "\(field.name)[\(index)].\(path)" : "\(field.name).\(path)"
            }
        }
        return nil
    }

    /// Whether a field with presence has a value.
    private func isSet(_ field: ProtobufField) -> Bool {
        field.kind == .message ? load(field.slot + 1) != 0 : load(field.slot + field.kind.slots, as: Int32.self) != 0
    }

    private func describeKey(_ entry: ProtobufField.Entry?) -> String {
        switch entry?.key {
        case .string?: String(decoding: load(3, as: ProtobufBytes.self).buffer, as: UTF8.self).debugDescription
        case .bool?: load(3, as: UInt64.self) != 0 ? "true" : "false"
        case .int32?, .sint32?, .sfixed32?: "\(load(3, as: Int32.self))"
        case .uint32?, .fixed32?: "\(load(3, as: UInt32.self))"
        case .int64?, .sint64?, .sfixed64?: "\(load(3, as: Int64.self))"
        default: "\(load(3, as: UInt64.self))"
        }
    }
}

// MARK: Deterministic order

extension ProtobufSlots {
    /// Sorts the entries of all maps by their keys.
    func sortMaps() {
        for field in layout.schema.fields where field.kind == .message {
            let messages = messages(of: field)
            for message in messages { ProtobufSlots(message, ProtobufLayout(of: message)).sortMaps() }
            if let entry = field.entry, messages.count > 1 { ProtobufSlots.sort(messages, by: entry.key) }
        }
    }

    private static func sort(
        _ entries: UnsafeMutableBufferPointer<UnsafeMutableRawPointer>, by kind: ProtobufField.Kind
    ) {
        switch kind {
        case .int32, .sint32, .sfixed32: sort(entries, by: Int32.self) { $0 < $1 }
        case .uint32, .fixed32: sort(entries, by: UInt32.self) { $0 < $1 }
        case .int64, .sint64, .sfixed64: sort(entries, by: Int64.self) { $0 < $1 }
        case .string:
            sort(entries, by: ProtobufBytes.self) { $0.buffer.lexicographicallyPrecedes($1.buffer) }
        // Unsigned numbers, and bools, which are stored as such. Nothing else can be a key.
        default: sort(entries, by: UInt64.self) { $0 < $1 }
        }
    }

    private static func sort<Key: BitwiseCopyable>(
        _ entries: UnsafeMutableBufferPointer<UnsafeMutableRawPointer>, by key: Key.Type,
        _ precedes: (Key, Key) -> Bool
    ) {
        let offset = 3 * ProtobufLayout.slotSize
        var entries = entries
        entries.sort {
            precedes($0.load(fromByteOffset: offset, as: Key.self), $1.load(fromByteOffset: offset, as: Key.self))
        }
    }
}
