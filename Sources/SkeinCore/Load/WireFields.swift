// SPDX-License-Identifier: Apache-2.0

/// The fields of a protobuf message, one after the other, and their bytes: for the few small messages of the layers
/// below the one that has messages.
package struct WireFields {
    package enum Value {
        case varint(UInt64)
        case double(Double)
        case bytes(ArraySlice<UInt8>)
        case skipped
    }

    private var rest: ArraySlice<UInt8>
    private var hasFailed = false

    package init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(Array(bytes)) }

    /// Whether all was read.
    package var isAtEnd: Bool { !hasFailed && rest.isEmpty }

    /// `nil` at the end, and at what is no field.
    package mutating func next() -> (field: UInt64, value: Value)? {
        guard !hasFailed, !rest.isEmpty else { return nil }
        guard let tag = varint(), tag >> 3 > 0, let value = value(ofType: tag & 7) else {
            hasFailed = true
            return nil
        }
        return (tag >> 3, value)
    }

    private mutating func value(ofType type: UInt64) -> Value? {
        switch type {
        case 0: varint().map { .varint($0) }
        case 1: take(8).map { .double(Double(bitPattern: $0.reversed().reduce(0) { $0 << 8 | UInt64($1) })) }
        case 2: varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map { .bytes($0) }
        case 5: take(4).map { _ in .skipped }
        default: nil
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}

// MARK: writing; the default of a field is left out

extension WireFields {
    package static func append(_ field: UInt8, _ value: Double, to bytes: inout [UInt8]) {
        guard value != 0 else { return }
        bytes.append(field << 3 | 1)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
        }
    }

    package static func append(_ field: UInt8, _ value: UInt64, to bytes: inout [UInt8]) {
        guard value != 0 else { return }
        bytes.append(field << 3)
        append(varint: value, to: &bytes)
    }

    package static func append(_ field: UInt8, _ value: [UInt8], to bytes: inout [UInt8]) {
        guard !value.isEmpty else { return }
        bytes.append(field << 3 | 2)
        append(varint: UInt64(value.count), to: &bytes)
        bytes += value
    }

    private static func append(varint value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
