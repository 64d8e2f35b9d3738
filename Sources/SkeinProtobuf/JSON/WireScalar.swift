// SPDX-License-Identifier: Apache-2.0

/// A value that is not length-delimited, as it is encoded.
enum WireScalar: Equatable {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)

    /// The integer that `text`, a JSON number, is for a field of the kind; `nil` when it is none that fits.
    init?(_ text: ArraySlice<UInt8>, _ kind: ProtobufField.Kind) {
        guard let number = JSONNumber(text), let scalar = WireScalar(number, kind) else { return nil }
        self = scalar
    }

    private init?(_ number: JSONNumber, _ kind: ProtobufField.Kind) {
        switch kind {
        case .int32, .sint32, .sfixed32:
            guard let value = number.exactly(Int32.self) else { return nil }
            switch kind {
            case .int32: self = .varint(UInt64(bitPattern: Int64(value)))
            case .sint32: self = .varint(UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)))
            default: self = .fixed32(UInt32(bitPattern: value))
            }
        case .int64, .sint64, .sfixed64:
            guard let value = number.exactly(Int64.self) else { return nil }
            switch kind {
            case .int64: self = .varint(UInt64(bitPattern: value))
            case .sint64: self = .varint(UInt64(bitPattern: value << 1 ^ value >> 63))
            default: self = .fixed64(UInt64(bitPattern: value))
            }
        case .uint32, .fixed32:
            guard let value = number.exactly(UInt32.self) else { return nil }
            self = kind == .uint32 ? .varint(UInt64(value)) : .fixed32(value)
        case .uint64, .fixed64:
            guard let value = number.exactly(UInt64.self) else { return nil }
            self = kind == .uint64 ? .varint(value) : .fixed64(value)
        default: return nil
        }
    }

    /// `0 to 4294967295`, for errors.
    static func range(_ kind: ProtobufField.Kind) -> String {
        switch kind {
        case .uint32, .fixed32: "\(UInt32.min) to \(UInt32.max)"
        case .uint64, .fixed64: "\(UInt64.min) to \(UInt64.max)"
        case .int64, .sint64, .sfixed64: "\(Int64.min) to \(Int64.max)"
        default: "\(Int32.min) to \(Int32.max)"
        }
    }
}
