// SPDX-License-Identifier: Apache-2.0

/// How a field's value is written.
enum WireType: UInt8 {
    case varint, fixed64, lengthDelimited, startGroup, endGroup, fixed32
}

/// A field's number and how its value is written.
struct WireTag: Equatable {
    /// The numbers that a field may have.
    static let numbers: ClosedRange<UInt32> = 1...0x1fff_ffff

    let number: UInt32
    let type: WireType

    var encoded: UInt64 { UInt64(number) << 3 | UInt64(type.rawValue) }
}

/// Steps through encoded bytes, field by field.
struct WireCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    /// Where the bytes lie in the whole message, for errors.
    private let base: Int

    init(_ bytes: UnsafeRawBufferPointer, base: Int = 0) {
        self.bytes = bytes
        self.base = base
    }

    var isAtEnd: Bool { offset == bytes.count }

    func bytes(from start: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[start..<offset]) }

    func fault(_ what: String, at offset: Int) -> ProtobufFault { ProtobufFault(.wire(what, offset: base + offset)) }

    mutating func varint() throws(ProtobufFault) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard offset < bytes.count else { throw fault("truncated varint", at: start) }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw fault("varint of more than 10 bytes", at: start)
    }

    mutating func tag() throws(ProtobufFault) -> WireTag {
        let start = offset
        let value = try varint()
        if offset - start > 5 { throw fault("tag of more than 5 bytes", at: start) }
        guard let number = UInt32(exactly: value >> 3), WireTag.numbers.contains(number) else {
            throw fault("invalid field number \(value >> 3)", at: start)
        }
        guard let type = WireType(rawValue: UInt8(value & 7)) else {
            throw fault("invalid wire type \(value & 7) of field \(number)", at: start)
        }
        return WireTag(number: number, type: type)
    }

    mutating func lengthDelimited() throws(ProtobufFault) -> UnsafeRawBufferPointer {
        let start = offset
        let count = try varint()
        // libprotobuf-c takes no longer ones either.
        if offset - start > 5 { throw fault("length of more than 5 bytes", at: start) }
        return try take(count, from: start)
    }

    private mutating func take(_ count: UInt64, from start: Int) throws(ProtobufFault) -> UnsafeRawBufferPointer {
        guard count <= UInt64(bytes.count - offset) else {
            throw fault("\(count) bytes announced, \(bytes.count - offset) left,", at: start)
        }
        offset += Int(count)
        return bytes(from: offset - Int(count))
    }

    /// Steps over the value that follows `tag`; a group with all that is in it.
    mutating func skip(_ tag: WireTag, depth: Int32) throws(ProtobufFault) {
        let start = offset
        switch tag.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try take(8, from: start)
        case .fixed32: _ = try take(4, from: start)
        case .lengthDelimited: _ = try lengthDelimited()
        case .endGroup: throw fault("end of group \(tag.number) without its start", at: start)
        case .startGroup:
            guard depth > 0 else { throw ProtobufFault(.tooDeep) }
            var inner = try self.tag()
            while inner.type != .endGroup {
                try skip(inner, depth: depth - 1)
                inner = try self.tag()
            }
            guard inner.number == tag.number else {
                throw fault("end of group \(inner.number) inside of group \(tag.number)", at: start)
            }
        }
    }
}

extension [UInt8] {
    mutating func appendTag(_ tag: WireTag) { appendVarint(tag.encoded) }

    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
