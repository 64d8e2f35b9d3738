// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf

/// Bytes from hexadecimal digits, with spaces wherever they help.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

func field(_ number: UInt64, varint value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
}

func field(_ number: UInt64, _ content: String) -> [UInt8] { field(number, Array(content.utf8)) }

/// `number` levels of messages, each in the field `field` of the one around it.
func nested(_ number: Int, in field: UInt64) -> [UInt8] {
    (0..<number).reduce([]) { inner, _ in SkeinProtobufTests.field(field, inner) }
}

extension ProtobufMessage {
    /// The message, or the error that decoding throws.
    static func decode(_ bytes: [UInt8]) -> Result<Self, RPCError> {
        Result { () throws(RPCError) in try Self(serialized: bytes) }
    }
}
