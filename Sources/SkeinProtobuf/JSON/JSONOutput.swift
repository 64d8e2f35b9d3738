// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// JSON text as it is written: commas and lines between the values.
struct JSONOutput {
    private(set) var bytes: [UInt8] = []
    private let indent: Int?
    private var level = 0
    private var isFirst = true

    init(indent: Int?) { self.indent = indent.map { max(0, $0) } }

    mutating func open(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        level += 1
        isFirst = true
    }

    mutating func close(_ bracket: Unicode.Scalar) {
        level -= 1
        if !isFirst { newLine() }
        isFirst = false
        bytes.append(UInt8(ascii: bracket))
    }

    /// Begins an element of an array.
    mutating func element() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        newLine()
    }

    /// Begins a member of an object.
    mutating func key(_ name: UnsafeRawBufferPointer) {
        element()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        if indent != nil { bytes.append(UInt8(ascii: " ")) }
    }

    mutating func key(_ name: String) {
        var name = name
        name.withUTF8 { key(UnsafeRawBufferPointer($0)) }
    }

    private mutating func newLine() {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
    }

    /// A number or a word.
    mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func base64(_ content: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        Base64.encode(content, padded: true, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string of any content, which is UTF-8.
    mutating func string(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[start..<index])
            escape(byte)
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): plain("\\n")
        case UInt8(ascii: "\r"): plain("\\r")
        case UInt8(ascii: "\t"): plain("\\t")
        case 0x08: plain("\\b")
        case 0x0c: plain("\\f")
        case UInt8(ascii: "\""): plain("\\\"")
        case UInt8(ascii: "\\"): plain("\\\\")
        default: plain((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
        }
    }
}
