// SPDX-License-Identifier: Apache-2.0

/// Builds the value that a JSON text spells.
struct JSONParser {
    private var scanner: JSONScanner

    static func parse(_ text: String) throws(ConfigurationError) -> JSONValue {
        var parser = JSONParser(scanner: JSONScanner(Array(text.utf8)))
        do throws(JSONFault) {
            let value = try parser.value(depth: 0)
            try parser.scanner.end()
            return value
        } catch {
            throw ConfigurationError(error.description)
        }
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        scanner.skipSpace()
        let start = scanner.position(at: scanner.offset)
        guard depth < JSONScanner.maxDepth else { throw scanner.tooDeep() }
        switch try scanner.kind() {
        case .object: return JSONValue(.object(try object(depth: depth)), at: start)
        case .array: return JSONValue(.array(try array(depth: depth)), at: start)
        case .string: return JSONValue(.string(try scanner.string()), at: start)
        case .number: return JSONValue(try number(), at: start)
        case .bool: return JSONValue(.bool(try scanner.bool()), at: start)
        case .null:
            try scanner.null()
            return JSONValue(.null, at: start)
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var isFirst = true
        while let (name, offset) = try scanner.member(&isFirst) {
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: name) == nil else {
                throw scanner.fault(
                    "expected each member once, found \(JSONValue.quoted(name)) again", at: offset)
            }
        }
        return members
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
        var values: [JSONValue] = []
        var isFirst = true
        while try scanner.element(&isFirst) { values.append(try value(depth: depth + 1)) }
        return values
    }

    private mutating func number() throws(JSONFault) -> JSONValue.Content {
        let start = scanner.offset
        let text = String(decoding: try scanner.number(), as: UTF8.self)
        if let integer = Int(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            throw scanner.fault("expected a number that fits 64 bits, found \(text.prefix(40))", at: start)
        }
        // Above 2^53 a double stands for several integers: keep it a double.
        let isWhole = double.rounded() == double && double.magnitude <= 0x1p53
        return isWhole ? .integer(Int(double)) : .double(double)
    }
}
