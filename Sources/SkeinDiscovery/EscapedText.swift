// SPDX-License-Identifier: Apache-2.0

/// Text made fit for names and keys in registries: letters, digits and `-_.~` stay, everything else becomes `%XX`.
enum EscapedText {
    /// `extra` are further ASCII characters that stay.
    static func escaped(_ text: String, keeping extra: String = "") -> String {
        let kept = Set(extra.utf8)
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                output.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where kept.contains(byte): output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                output += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return output
    }
}
