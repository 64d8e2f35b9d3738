// SPDX-License-Identifier: Apache-2.0

/// Strings and bytes in protobuf's text format: in double quotes, escaped as in C.
enum TextEscape {
    /// Bytes above 0x7f stay as they are when they are UTF-8, and are written in octal otherwise.
    static func append(_ bytes: UnsafeRawBufferPointer, keepsUTF8: Bool, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"): output += "\\n".utf8
            case UInt8(ascii: "\r"): output += "\\r".utf8
            case UInt8(ascii: "\t"): output += "\\t".utf8
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case 0x20..<0x7f: output.append(byte)
            case 0x80... where keepsUTF8: output.append(byte)
            default: output += [UInt8(ascii: "\\"), 0x30 + (byte >> 6), 0x30 + (byte >> 3 & 7), 0x30 + (byte & 7)]
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
