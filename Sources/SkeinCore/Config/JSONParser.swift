// SPDX-License-Identifier: Apache-2.0

/// A strict JSON reader (RFC 8259): one pass over the bytes, counting lines and columns as it goes.
struct JSONParser {
    /// Deeper nesting is refused, so that a hostile text cannot exhaust the stack.
    static let maxDepth = 100

    private let bytes: [UInt8]
    private var index = 0
    private var position = JSONValue.Position(line: 1, column: 1)

    static func parse(_ text: String) throws(ConfigurationError) -> JSONValue {
        var parser = JSONParser(bytes: Array(text.utf8))
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.next == nil else { throw parser.expected("the end of the text") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Steps over one byte. The later bytes of a UTF-8 sequence do not count as columns.
    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            position = .init(line: position.line + 1, column: 1)
        } else if byte & 0xc0 != 0x80 {
            position.column += 1
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        advance()
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { advance() }
    }

    private func expected(_ what: String) -> ConfigurationError {
        guard index < bytes.count else { return ConfigurationError("\(position): expected \(what), found the end") }
        let rest = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
        let found = rest.unicodeScalars.first.map { JSONValue.quoted(String($0)) } ?? ""
        return ConfigurationError("\(position): expected \(what), found \(found)")
    }

    private mutating func value(depth: Int) throws(ConfigurationError) -> JSONValue {
        skipSpace()
        let start = position
        guard depth < JSONParser.maxDepth else { throw expected("at most \(JSONParser.maxDepth) levels of nesting") }
        switch next {
        case UInt8(ascii: "{"): return JSONValue(.object(try object(depth: depth)), at: start)
        case UInt8(ascii: "["): return JSONValue(.array(try array(depth: depth)), at: start)
        case UInt8(ascii: "\""): return JSONValue(.string(try string()), at: start)
        case UInt8(ascii: "-"), (0x30...0x39)?: return JSONValue(try number(), at: start)
        case UInt8(ascii: "t"): return JSONValue(try word("true", .bool(true)), at: start)
        case UInt8(ascii: "f"): return JSONValue(try word("false", .bool(false)), at: start)
        case UInt8(ascii: "n"): return JSONValue(try word("null", .null), at: start)
        default: throw expected("a value")
        }
    }

    private mutating func word(
        _ text: String, _ content: JSONValue.Content
    ) throws(ConfigurationError) -> JSONValue.Content {
        guard bytes[index...].starts(with: text.utf8) else { throw expected("a value") }
        for _ in text.utf8 { advance() }
        return content
    }

    private mutating func object(depth: Int) throws(ConfigurationError) -> [String: JSONValue] {
        advance()
        var members: [String: JSONValue] = [:]
        skipSpace()
        if skip(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw expected("a member name in double quotes") }
            let place = position
            let name = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw expected("\":\" after a member name") }
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: name) == nil else {
                throw ConfigurationError("\(place): expected each member once, found \(JSONValue.quoted(name)) again")
            }
            skipSpace()
            if skip(UInt8(ascii: "}")) { return members }
            guard skip(UInt8(ascii: ",")) else { throw expected("\",\" or \"}\"") }
        }
    }

    private mutating func array(depth: Int) throws(ConfigurationError) -> [JSONValue] {
        advance()
        var values: [JSONValue] = []
        skipSpace()
        if skip(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if skip(UInt8(ascii: "]")) { return values }
            guard skip(UInt8(ascii: ",")) else { throw expected("\",\" or \"]\"") }
        }
    }

    private mutating func number() throws(ConfigurationError) -> JSONValue.Content {
        let start = index
        let place = position
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if let byte = next, (0x30...0x39).contains(byte) { throw expected("a number without leading zeros") }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            throw ConfigurationError("\(place): expected a number that fits 64 bits, found \(text.prefix(40))")
        }
        // Above 2^53 a double stands for several integers: keep it a double.
        let isWhole = double.rounded() == double && double.magnitude <= 0x1p53
        return isWhole ? .integer(Int(double)) : .double(double)
    }

    private mutating func digits() throws(ConfigurationError) {
        guard let first = next, (0x30...0x39).contains(first) else { throw expected("a digit") }
        while let byte = next, (0x30...0x39).contains(byte) { advance() }
    }
}

// MARK: strings

extension JSONParser {
    private mutating func string() throws(ConfigurationError) -> String {
        advance()
        var output: [UInt8] = []
        while true {
            switch next {
            case nil, (0x00...0x1f)?: throw expected("the closing quote of a string")
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: output, as: UTF8.self)
            case UInt8(ascii: "\\"):
                advance()
                output.append(contentsOf: String(try escape()).utf8)
            case let byte?:
                output.append(byte)
                advance()
            }
        }
    }

    private mutating func escape() throws(ConfigurationError) -> Unicode.Scalar {
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
            advance()
            return try unicodeEscape()
        default: throw expected("one of \" \\ / b f n r t u after a backslash")
        }
        advance()
        return plain
    }

    /// The four digits of `\uXXXX`, and the second escape of a surrogate pair.
    private mutating func unicodeEscape() throws(ConfigurationError) -> Unicode.Scalar {
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

    private mutating func hexDigits() throws(ConfigurationError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw expected("four hex digits")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }
}
