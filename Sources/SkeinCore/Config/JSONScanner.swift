// SPDX-License-Identifier: Apache-2.0

/// Reads JSON (RFC 8259, strictly) token by token; what the tokens mean is its user's matter.
///
/// Lines and columns are counted when somebody asks for them.
package struct JSONScanner {
    /// Deeper nesting is refused, so that a hostile text cannot exhaust the stack.
    package static let maxDepth = 100

    /// What a value is, as its first byte tells.
    package enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    private let bytes: [UInt8]
    /// The index of the byte that comes next.
    package private(set) var offset = 0
    /// A place whose line and column are known.
    private var known = (offset: 0, position: JSONValue.Position(line: 1, column: 1))

    /// `bytes` are UTF-8, which is not checked here.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    package mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    package mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }

    /// Goes back to where `offset` was before.
    package mutating func rewind(to offset: Int) { self.offset = min(offset, self.offset) }

    package mutating func end() throws(JSONFault) {
        skipSpace()
        guard next == nil else { throw expected("the end of the text") }
    }
}

// MARK: places and errors

extension JSONScanner {
    /// Line and column of the byte at `offset`. The later bytes of a UTF-8 sequence do not count as columns.
    package mutating func position(at offset: Int) -> JSONValue.Position {
        if offset < known.offset { known = (0, JSONValue.Position(line: 1, column: 1)) }
        var position = known.position
        for byte in bytes[known.offset..<min(offset, bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                position = JSONValue.Position(line: position.line + 1, column: 1)
            } else if byte & 0xc0 != 0x80 {
                position.column += 1
            }
        }
        known = (offset, position)
        return position
    }

    package mutating func fault(_ problem: String, at offset: Int) -> JSONFault {
        JSONFault(problem, at: position(at: offset))
    }

    /// An error about what comes next.
    package mutating func expected(_ what: String) -> JSONFault {
        guard offset < bytes.count else { return fault("expected \(what), found the end", at: offset) }
        let rest = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self)
        let found = rest.unicodeScalars.first.map { JSONValue.quoted(String($0)) } ?? ""
        return fault("expected \(what), found \(found)", at: offset)
    }

    /// The text from `start` to here, cut to what an error may show.
    package func excerpt(from start: Int) -> String {
        let text = String(decoding: bytes[start..<min(offset, start + 256)], as: UTF8.self)
        return text.count <= 60 ? text : "\(text.prefix(57))..."
    }
}

// MARK: values

extension JSONScanner {
    /// What the next value is. Nothing but space is stepped over.
    package mutating func kind() throws(JSONFault) -> Kind {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), (0x30...0x39)?: return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw expected("a value")
        }
    }

    package mutating func bool() throws(JSONFault) -> Bool {
        let isTrue = next == UInt8(ascii: "t")
        try word(isTrue ? "true" : "false")
        return isTrue
    }

    package mutating func null() throws(JSONFault) { try word("null") }

    private mutating func word(_ text: String) throws(JSONFault) {
        guard bytes[offset...].starts(with: text.utf8) else { throw expected("a value") }
        offset += text.utf8.count
    }

    /// A number's text.
    package mutating func number() throws(JSONFault) -> ArraySlice<UInt8> {
        let start = offset
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if let byte = next, (0x30...0x39).contains(byte) { throw expected("a number without leading zeros") }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
            try digits()
        }
        return bytes[start..<offset]
    }

    private mutating func digits() throws(JSONFault) {
        guard let first = next, (0x30...0x39).contains(first) else { throw expected("a digit") }
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
    }

    /// Steps into the array that comes next, or on to its next element; `false` after the last, stepping out.
    ///
    /// `isFirst` is true at the start and the array's own from then on.
    package mutating func element(_ isFirst: inout Bool) throws(JSONFault) -> Bool {
        let wasFirst = isFirst
        isFirst = false
        if wasFirst { _ = skip(UInt8(ascii: "[")) }
        skipSpace()
        if skip(UInt8(ascii: "]")) { return false }
        guard wasFirst || skip(UInt8(ascii: ",")) else { throw expected("\",\" or \"]\"") }
        return true
    }

    /// Steps into the object that comes next, or on to its next member, whose value follows; `nil` after the last.
    package mutating func member(_ isFirst: inout Bool) throws(JSONFault) -> (name: String, offset: Int)? {
        let wasFirst = isFirst
        isFirst = false
        if wasFirst { _ = skip(UInt8(ascii: "{")) }
        skipSpace()
        if skip(UInt8(ascii: "}")) { return nil }
        guard wasFirst || skip(UInt8(ascii: ",")) else { throw expected("\",\" or \"}\"") }
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw expected("a member name in double quotes") }
        let start = offset
        let name = try string()
        skipSpace()
        guard skip(UInt8(ascii: ":")) else { throw expected("\":\" after a member name") }
        return (name, start)
    }

    /// Steps over a value, `depth` levels inside of the text.
    package mutating func skipValue(depth: Int) throws(JSONFault) {
        guard depth < JSONScanner.maxDepth else { throw tooDeep() }
        var isFirst = true
        switch try kind() {
        case .object: while try member(&isFirst) != nil { try skipValue(depth: depth + 1) }
        case .array: while try element(&isFirst) { try skipValue(depth: depth + 1) }
        case .string: _ = try string()
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null: try null()
        }
    }

    package mutating func tooDeep() -> JSONFault { expected("at most \(JSONScanner.maxDepth) levels of nesting") }
}

// MARK: strings

extension JSONScanner {
    package mutating func string() throws(JSONFault) -> String {
        var output: [UInt8] = []
        try string(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the text that the string stands for.
    package mutating func string(into output: inout [UInt8]) throws(JSONFault) {
        offset += 1
        while true {
            let start = offset
            while offset < bytes.count, bytes[offset] >= 0x20, bytes[offset] != UInt8(ascii: "\""),
                bytes[offset] != UInt8(ascii: "\\")
            { offset += 1 }
            output.append(contentsOf: bytes[start..<offset])
            if skip(UInt8(ascii: "\"")) { return }
            guard skip(UInt8(ascii: "\\")) else { throw expected("the closing quote of a string") }
            output.append(contentsOf: String(try escape()).utf8)
        }
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        guard let letter = next else { throw expected("an escape") }
        let plain: Unicode.Scalar
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = Unicode.Scalar(letter)
        case UInt8(ascii: "b"): plain = "\u{8}"
        case UInt8(ascii: "f"): plain = "\u{c}"
        case UInt8(ascii: "n"): plain = "\n"
        case UInt8(ascii: "r"): plain = "\r"
        case UInt8(ascii: "t"): plain = "\t"
        case UInt8(ascii: "u"):
            offset += 1
            return try unicodeEscape()
        default: throw expected("one of \" \\ / b f n r t u after a backslash")
        }
        offset += 1
        return plain
    }

    /// The four digits of `\uXXXX`, and the second escape of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONFault) -> Unicode.Scalar {
        let high = try hexDigits()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xdc00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            throw expected("both halves of a surrogate pair")
        }
        let low = try hexDigits()
        guard (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
        else { throw expected("a low surrogate before here") }
        return scalar
    }

    private mutating func hexDigits() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw expected("four hex digits")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
