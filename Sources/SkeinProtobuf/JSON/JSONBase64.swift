// SPDX-License-Identifier: Apache-2.0

/// Base64 as JSON has it: written with padding; read in both alphabets (RFC 4648, sections 4 and 5), padded or not.
enum JSONBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte; 0xff for those outside of the alphabets.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    static func encode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        let alphabet = alphabet
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if count > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[index + 2]) }
            output.append(alphabet[Int(group >> 18)])
            output.append(alphabet[Int(group >> 12 & 63)])
            output.append(count > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            output.append(count > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
            index += 3
        }
    }

    /// Turns the text from `start` to the end of `bytes` into what it encodes; `false` when it is no base64.
    static func decode(_ bytes: inout [UInt8], from start: Int) -> Bool {
        var end = bytes.count
        while end > start, bytes.count - end < 2, bytes[end - 1] == UInt8(ascii: "=") { end -= 1 }
        let letters = end - start
        guard letters % 4 != 1, end == bytes.count || (bytes.count - start) % 4 == 0 else { return false }
        let values = values
        var pending: UInt32 = 0
        var bits = 0
        var target = start
        for index in start..<end {
            let value = values[Int(bytes[index])]
            guard value != 0xff else { return false }
            pending = pending << 6 | UInt32(value)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes[target] = UInt8(truncatingIfNeeded: pending >> UInt32(bits))
            target += 1
        }
        bytes.removeSubrange(target...)
        return true
    }
}
