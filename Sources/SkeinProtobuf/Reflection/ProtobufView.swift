// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Looks at a message that was written into slots, field by field, without knowing its Swift type.
struct ProtobufView {
    let slots: UnsafeRawPointer
    let type: ReflectedType

    /// How many values the field has: 0 or 1 unless it is repeated. Without presence, the default value is none.
    func count(_ field: ReflectedField) -> Int {
        if field.isRepeated || field.kind == .message { return load(field.slot + 1) }
        if field.hasPresence { return load(field.slot + field.kind.slots, as: Int32.self) != 0 ? 1 : 0 }
        switch field.kind {
        case .string, .bytes: return load(field.slot, as: Int.self) != 0 ? 1 : 0
        case .double, .int64, .uint64, .sint64, .fixed64, .sfixed64, .bool:
            return load(field.slot, as: UInt64.self) != 0 ? 1 : 0
        default: return load(field.slot, as: UInt32.self) != 0 ? 1 : 0
        }
    }

    /// A value of the field: of a singular one, its default value when it is unset; `nil` where there is none.
    func value(_ field: ReflectedField, at index: Int = 0) -> ProtobufValue? {
        guard field.isRepeated || field.kind == .message else {
            return value(field.kind, slots + field.slot * ProtobufLayout.slotSize)
        }
        guard index < count(field), let elements: UnsafeRawPointer = load(field.slot) else { return nil }
        if field.kind == .message {
            // There is none where messages are nested too deep.
            guard let type = field.type,
                let slots = elements.load(fromByteOffset: index * ProtobufLayout.slotSize, as: UnsafeRawPointer?.self)
            else { return nil }
            return .message(ProtobufView(slots: slots, type: type))
        }
        return value(field.kind, elements + index * ProtobufView.width(of: field.kind))
    }

    /// The entries of a map in the order of their keys.
    func entries(_ field: ReflectedField) -> [ProtobufView] {
        let entries = (0..<count(field)).compactMap { index -> ProtobufView? in
            if case .message(let entry) = value(field, at: index) { entry } else { nil }
        }
        guard let key = field.type?.fields.first, entries.count > 1 else { return entries }
        if key.kind == .string {
            return entries.sorted { $0.bytes(key.slot).lexicographicallyPrecedes($1.bytes(key.slot)) }
        }
        return entries.map { ($0.rank(key), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The fields that the definition does not have, encoded.
    var unknownFields: [UInt8] {
        var bytes: [UInt8] = []
        try? ProtobufReader(slots: slots, depth: 0).readUnknown(into: &bytes)
        return bytes
    }
}

extension ProtobufView {
    private func load<T: BitwiseCopyable>(_ slot: Int, as type: T.Type = T.self) -> T {
        slots.load(fromByteOffset: slot * ProtobufLayout.slotSize, as: type)
    }

    private func bytes(_ slot: Int) -> UnsafeRawBufferPointer { load(slot, as: ProtobufBytes.self).buffer }

    /// A number in the order of an integer key.
    private func rank(_ key: ReflectedField) -> UInt64 {
        let sign: UInt64 = 1 << 63
        return switch value(key) {
        case .int32(let value): UInt64(bitPattern: Int64(value)) ^ sign
        case .int64(let value): UInt64(bitPattern: value) ^ sign
        case .uint32(let value): UInt64(value)
        case .uint64(let value): value
        case .bool(let value): value ? 1 : 0
        default: 0
        }
    }

    /// The bytes that an element of a repeated field takes.
    private static func width(of kind: ProtobufField.Kind) -> Int {
        switch kind {
        case .string, .bytes: 16
        case .int32, .uint32, .sint32, .fixed32, .sfixed32, .float, .enum: 4
        case .double, .int64, .uint64, .sint64, .fixed64, .sfixed64, .bool, .message: 8
        }
    }

    private func value(_ kind: ProtobufField.Kind, _ place: UnsafeRawPointer) -> ProtobufValue? {
        switch kind {
        case .double: .double(place.load(as: Double.self))
        case .float: .float(place.load(as: Float.self))
        case .int32, .sint32, .sfixed32: .int32(place.load(as: Int32.self))
        case .int64, .sint64, .sfixed64: .int64(place.load(as: Int64.self))
        case .uint32, .fixed32: .uint32(place.load(as: UInt32.self))
        case .uint64, .fixed64: .uint64(place.load(as: UInt64.self))
        case .bool: .bool(place.load(as: UInt64.self) != 0)
        case .enum: .enum(place.load(as: Int32.self))
        case .string: .string(place.load(as: ProtobufBytes.self).buffer)
        case .bytes: .bytes(place.load(as: ProtobufBytes.self).buffer)
        case .message: nil
        }
    }
}
