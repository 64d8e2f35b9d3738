// SPDX-License-Identifier: Apache-2.0

/// One run of a packed field's values, as it came.
struct PackedRun {
    private let bytes: UnsafeRawBufferPointer

    /// In each byte of a word the bit that is set unless the byte ends a varint.
    private static let continuation: UInt64 = 0x8080_8080_8080_8080

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// How many values it has. Throws when the last one is cut short.
    func count(_ kind: ProtobufField.Kind) throws(ProtobufFault) -> Int {
        if let width = kind.fixedWidth {
            if bytes.count % width != 0 { throw ProtobufFault(.malformed) }
            return bytes.count / width
        }
        guard let start = bytes.baseAddress, let last = bytes.last else { return 0 }
        if last >= 0x80 { throw ProtobufFault(.malformed) }
        // Each varint has one byte below 0x80. Here they are counted in eight bytes at once.
        var (count, offset) = (0, 0)
        while offset &+ 8 <= bytes.count {
            let ends = ~start.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & PackedRun.continuation
            count &+= Int(truncatingIfNeeded: ((ends &>> 7) &* 0x0101_0101_0101_0101) &>> 56)
            offset &+= 8
        }
        for byte in bytes[offset...] where byte < 0x80 { count &+= 1 }
        return count
    }

    /// Puts the values where `next` points, as many as `count` says, and `next` behind them.
    func unpack(_ kind: ProtobufField.Kind, into next: inout UnsafeMutableRawPointer) throws(ProtobufFault) {
        switch kind {
        case .int32, .uint32, .enum: try unpack(into: &next) { UInt32(truncatingIfNeeded: $0) }
        case .int64, .uint64, .bool: try unpack(into: &next) { $0 }
        case .sint32: try unpack(into: &next) { PackedRun.unfold(UInt32(truncatingIfNeeded: $0)) }
        case .sint64: try unpack(into: &next) { PackedRun.unfold($0) }
        case .fixed32, .sfixed32, .float, .fixed64, .sfixed64, .double, .string, .bytes, .message:
            if let start = bytes.baseAddress { next.copyMemory(from: start, byteCount: bytes.count) }
            next += bytes.count
        }
    }

    /// Undoes the encoding in which numbers near zero are small, whatever their sign.
    private static func unfold<Number: FixedWidthInteger & UnsignedInteger>(_ folded: Number) -> Number {
        folded &>> 1 ^ (0 &- (folded & 1))
    }

    /// No end is looked for but that of the run, whose last byte ends a varint.
    @inline(__always)
    private func unpack<Stored: FixedWidthInteger>(
        into next: inout UnsafeMutableRawPointer, _ stored: (UInt64) -> Stored
    ) throws(ProtobufFault) {
        guard let start = bytes.baseAddress else { return }
        var (place, output) = (start, next)
        while place < start + bytes.count {
            var byte = UInt64(place.load(as: UInt8.self))
            var (value, shift): (UInt64, UInt64) = (byte, 0)
            while byte >= 0x80 {
                place += 1
                shift &+= 7
                if shift == 70 { throw ProtobufFault(.malformed) }
                byte = UInt64(place.load(as: UInt8.self))
                // Less the mark of the byte before, which was added with it.
                value &+= (byte &- 1) &<< shift
            }
            place += 1
            output.storeBytes(of: stored(value), as: Stored.self)
            output += MemoryLayout<Stored>.stride
        }
        next = output
    }
}
