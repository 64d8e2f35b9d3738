// SPDX-License-Identifier: Apache-2.0

/// Base64 (RFC 4648), read with padding or without.
package enum Base64 {
    /// Which letters stand for 62 and 63.
    package enum Alphabet {
        /// `+` and `/` (section 4).
        case standard
        /// Those, and `-` and `_` (section 5).
        case both
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let standardValues = makeValues([:])
    private static let allValues = makeValues([UInt8(ascii: "-"): 62, UInt8(ascii: "_"): 63])

    /// The value of each byte; 0xff for those that are no letter.
    private static func makeValues(_ more: [UInt8: UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        for (letter, value) in more { values[Int(letter)] = value }
        return values
    }

    /// As gRPC's metadata has it: without padding.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        bytes.withUnsafeBytes { encode($0, padded: false, into: &output) }
        return output
    }

    package static func encode(_ bytes: UnsafeRawBufferPointer, padded: Bool, into output: inout [UInt8]) {
        let letters = letters
        output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group = UInt32(bytes[start]) << 16
            if count > 1 { group |= UInt32(bytes[start + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[start + 2]) }
            for index in 0...count { output.append(letters[Int(group >> UInt32(18 - 6 * index) & 63)]) }
            if padded { for _ in count..<3 { output.append(UInt8(ascii: "=")) } }
        }
    }

    /// `nil` for a byte outside of the standard alphabet, a wrong length, or padding in the wrong place.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes = Array(text)
        return decode(&bytes, from: 0, .standard) ? bytes : nil
    }

    /// Turns the text from `start` to the end of `bytes` into what it encodes; `false` when it is no base64.
    package static func decode(_ bytes: inout [UInt8], from start: Int, _ alphabet: Alphabet) -> Bool {
        var end = bytes.count
        while end > start, bytes.count - end < 2, bytes[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard (end - start) % 4 != 1, end == bytes.count || (bytes.count - start) % 4 == 0 else { return false }
        let values = alphabet == .both ? allValues : standardValues
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
