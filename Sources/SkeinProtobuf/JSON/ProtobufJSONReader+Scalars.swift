// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

// Numbers, names, strings and bytes.
extension ProtobufJSONReader {
    /// The number, bool or enum value that comes next; `nil` for an enum value that is to be ignored.
    mutating func scalar(_ field: ReflectedField) throws(JSONFault) -> WireScalar? {
        switch field.kind {
        case .bool:
            guard try scanner.kind() == .bool else { throw mismatch("true or false") }
            return .varint(try scanner.bool() ? 1 : 0)
        case .enum: return try enumValue(field)
        case .double: return .fixed64(try number(Double.self) { Double($0) }.bitPattern)
        case .float: return .fixed32(try number(Float.self) { Float($0) }.bitPattern)
        default:
            let start = place()
            guard let text = try numberText(), let scalar = WireScalar(text, field.kind) else {
                throw again(from: start, "an integer from \(WireScalar.range(field.kind))")
            }
            return scalar
        }
    }

    private mutating func place() -> Int {
        scanner.skipSpace()
        return scanner.offset
    }

    /// An error about the value that began at `start`.
    private mutating func again(from start: Int, _ expected: String) -> JSONFault {
        scanner.rewind(to: start)
        return mismatch(expected)
    }

    /// The text of a number, which may stand in quotes; `nil` for anything else.
    private mutating func numberText() throws(JSONFault) -> ArraySlice<UInt8>? {
        switch try scanner.kind() {
        case .number: return try scanner.number()
        case .string:
            var text: [UInt8] = []
            try scanner.string(into: &text)
            var inner = JSONScanner(text)
            let number = try? inner.number()
            return inner.offset == text.count ? number : nil
        default: return nil
        }
    }

    private mutating func number<Number: BinaryFloatingPoint>(
        _ type: Number.Type, _ parse: (String) -> Number?
    ) throws(JSONFault) -> Number {
        let start = place()
        let expected = "a finite number, \"NaN\", \"Infinity\" or \"-Infinity\""
        if let text = try numberText() {
            guard let value = parse(String(decoding: text, as: UTF8.self)), value.isFinite else {
                throw again(from: start, "a number that fits \(MemoryLayout<Number>.size * 8) bits")
            }
            return value
        }
        scanner.rewind(to: start)
        guard try scanner.kind() == .string else { throw mismatch(expected) }
        switch try scanner.string() {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: throw again(from: start, expected)
        }
    }

    private mutating func enumValue(_ field: ReflectedField) throws(JSONFault) -> WireScalar? {
        let start = place()
        let number: Int32
        switch try scanner.kind() {
        case .number:
            guard let value = JSONNumber(try scanner.number())?.exactly(Int32.self) else {
                throw again(from: start, "an integer from \(WireScalar.range(.int32))")
            }
            number = value
        case .string:
            let name = try scanner.string()
            guard let value = field.names?.number(of: name) ?? quotedNumber(from: start) else {
                if options.ignoreUnknownFields { return nil }
                throw unknown(name, field, from: start)
            }
            number = value
        case .null where field.names?.isNull == true:
            try scanner.null()
            number = 0
        default: throw mismatch("the name or number of a value of \(field.names?.name ?? "an enum")")
        }
        guard field.names?.accepts(number) != false else {
            if options.ignoreUnknownFields { return nil }
            throw again(from: start, "a value of \(field.names?.name ?? "an enum"), which is closed")
        }
        return .varint(UInt64(bitPattern: Int64(number)))
    }

    private mutating func quotedNumber(from start: Int) -> Int32? {
        scanner.rewind(to: start)
        return (try? numberText()).flatMap { $0 }.flatMap { JSONNumber($0)?.exactly(Int32.self) }
    }

    private mutating func unknown(_ name: String, _ field: ReflectedField, from start: Int) -> JSONFault {
        let hint = Spelling.hint(for: String(name.prefix(100)), in: field.names?.allNames ?? [])
        let expected = "expected a value of \(field.names?.name ?? "an enum")"
        return scanner.fault("\(expected), found \(scanner.excerpt(from: start))\(hint)", at: start)
    }

    /// A string or bytes, with the tag.
    mutating func text(_ field: ReflectedField) throws(JSONFault) {
        let start = place()
        guard try scanner.kind() == .string else {
            throw mismatch(field.kind == .string ? "a string" : "a string in base64")
        }
        let content = output.begin(field.number)
        try scanner.string(into: &output.bytes)
        if field.kind == .bytes, !Base64.decode(&output.bytes, from: content, .both) {
            throw again(from: start, "a string in base64")
        }
        output.end(content)
    }

    /// A map's key, which is always a string in JSON.
    mutating func key(_ name: String, _ field: ReflectedField, at offset: Int) throws(JSONFault) {
        if field.kind == .string {
            let content = output.begin(field.number)
            output.bytes.append(contentsOf: name.utf8)
            return output.end(content)
        }
        let expected: String
        if field.kind == .bool {
            if name == "true" || name == "false" {
                return output.append(tag: field.number, .varint(name == "true" ? 1 : 0))
            }
            expected = "\"true\" or \"false\""
        } else {
            var inner = JSONScanner(Array(name.utf8))
            if let text = try? inner.number(), inner.offset == name.utf8.count,
                let scalar = WireScalar(text, field.kind)
            {
                return output.append(tag: field.number, scalar)
            }
            expected = "an integer from \(WireScalar.range(field.kind)) in quotes"
        }
        let found = JSONValue.quoted(name.count <= 60 ? name : "\(name.prefix(57))...")
        throw scanner.fault("expected \(expected) as a key, found \(found)", at: offset)
    }
}
