// SPDX-License-Identifier: Apache-2.0

/// Encoded fields as they are written.
struct WireOutput {
    var bytes: [UInt8] = []

    var count: Int { bytes.count }

    func bytes(from start: Int) -> [UInt8] { Array(bytes[start...]) }

    mutating func truncate(to count: Int) { bytes.removeSubrange(count...) }

    mutating func append(tag number: UInt32, _ scalar: WireScalar) {
        let type: WireType =
            switch scalar {
            case .varint: .varint
            case .fixed32: .fixed32
            case .fixed64: .fixed64
            }
        bytes.appendVarint(WireTag(number: number, type: type).encoded)
        append(scalar)
    }

    mutating func append(_ scalar: WireScalar) {
        switch scalar {
        case .varint(let value): bytes.appendVarint(value)
        case .fixed32(let value): withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        case .fixed64(let value): withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// Begins a length-delimited field. Returns where its content starts; `end` puts the length before that.
    mutating func begin(_ number: UInt32) -> Int {
        bytes.appendVarint(WireTag(number: number, type: .lengthDelimited).encoded)
        bytes.append(0)
        return bytes.count
    }

    mutating func end(_ start: Int) {
        // Most contents are short, and the one byte set aside suffices.
        var length: [UInt8] = []
        let count = bytes.count - start
        if count < 0x80 {
            bytes[start - 1] = UInt8(count)
        } else {
            length.appendVarint(UInt64(count))
            bytes.replaceSubrange(start - 1..<start, with: length)
        }
    }

    /// Whether the one field from `start` on has the default value: zero, or nothing.
    func isDefault(from start: Int) -> Bool {
        guard let last = bytes[start...].firstIndex(where: { $0 < 0x80 }) else { return false }
        return bytes[(last + 1)...].allSatisfy { $0 == 0 }
    }
}
