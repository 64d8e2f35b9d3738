// SPDX-License-Identifier: Apache-2.0

/// The paths of a field mask: `home.zip_code` in protobuf, `home.zipCode` in JSON.
enum FieldMaskText {
    /// `nil` for a path that would not come back as it was.
    static func camelCase(_ path: some Collection<UInt8>) -> String? {
        var output: [UInt8] = []
        var isUpper = false
        for byte in path {
            switch byte {
            case UInt8(ascii: "_") where !isUpper: isUpper = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                output.append(isUpper ? byte & ~0x20 : byte)
                isUpper = false
            case UInt8(ascii: "0")...UInt8(ascii: "9") where !isUpper, UInt8(ascii: ".") where !isUpper:
                output.append(byte)
            default: return nil
            }
        }
        return isUpper || output.isEmpty ? nil : String(decoding: output, as: UTF8.self)
    }

    /// `nil` for what is no path in JSON's form.
    static func snakeCase(_ path: some Collection<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        for byte in path {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): output += [UInt8(ascii: "_"), byte | 0x20]
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
                output.append(byte)
            default: return nil
            }
        }
        return output.isEmpty ? nil : output
    }
}
