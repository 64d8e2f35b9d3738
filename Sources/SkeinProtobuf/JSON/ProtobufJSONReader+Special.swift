// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

// The types that JSON writes in a form of their own.
extension ProtobufJSONReader {
    mutating func special(_ special: SpecialType, _ type: ReflectedType, depth: Int32) throws(JSONFault) {
        let fields = type.fields
        switch special {
        case .wrapper: try single(fields[0], depth: depth)
        case .structure:
            guard try scanner.kind() == .object else { throw mismatch("an object") }
            try map(fields[0], depth: depth)
        case .list:
            guard try scanner.kind() == .array else { throw mismatch("an array") }
            try list(fields[0], depth: depth)
        case .value: try anything(fields, depth: depth)
        case .any: try any(type, depth: depth)
        case .timestamp:
            try time("a timestamp like \"1972-01-01T10:00:20.021Z\"", TimestampText.parse)
        case .duration:
            try time("a duration like \"1.5s\", up to 315576000000 seconds", DurationJSON.parse)
        case .fieldMask: try mask(fields[0])
        }
    }

    /// A `Value`: one of its fields, as the kind of JSON value tells.
    private mutating func anything(_ fields: [ReflectedField], depth: Int32) throws(JSONFault) {
        guard fields.count == 6 else { return }
        switch try scanner.kind() {
        case .null: try single(fields[0], depth: depth)
        case .number: try single(fields[1], depth: depth)
        case .string: try single(fields[2], depth: depth)
        case .bool: try single(fields[3], depth: depth)
        case .object: try single(fields[4], depth: depth)
        case .array: try single(fields[5], depth: depth)
        }
    }

    /// Seconds and nanoseconds, which are the fields 1 and 2 of both types.
    private mutating func time(
        _ expected: String, _ parse: (String) -> (seconds: Int64, nanoseconds: Int32)?
    ) throws(JSONFault) {
        guard try scanner.kind() == .string else { throw mismatch(expected) }
        let start = scanner.offset
        guard let (seconds, nanoseconds) = parse(try scanner.string()) else {
            scanner.rewind(to: start)
            throw mismatch(expected)
        }
        if seconds != 0 { output.append(tag: 1, .varint(UInt64(bitPattern: seconds))) }
        if nanoseconds != 0 { output.append(tag: 2, .varint(UInt64(bitPattern: Int64(nanoseconds)))) }
    }

    private mutating func mask(_ field: ReflectedField) throws(JSONFault) {
        let expected = "a field mask like \"name,home.zipCode\""
        guard try scanner.kind() == .string else { throw mismatch(expected) }
        let start = scanner.offset
        let text = try scanner.string()
        if text.isEmpty { return }
        for path in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let path = FieldMaskText.snakeCase(path) else {
                scanner.rewind(to: start)
                throw mismatch(expected)
            }
            let content = output.begin(field.number)
            output.bytes += path
            output.end(content)
        }
    }
}

// MARK: Any

extension ProtobufJSONReader {
    private static let typeMember = "@type"

    private mutating func any(_ type: ReflectedType, depth: Int32) throws(JSONFault) {
        guard try scanner.kind() == .object else { throw mismatch("an object with \"@type\"") }
        let start = scanner.offset
        guard let (url, offset) = try typeURL() else { return }
        guard let held = options.types[url: url] else {
            throw scanner.fault(AnyText.unknown(url), at: offset)
        }
        scanner.rewind(to: start)
        let name = output.begin(type.fields[0].number)
        output.bytes.append(contentsOf: url.utf8)
        output.end(name)
        let mark = output.count
        let content = output.begin(type.fields[1].number)
        try self.content(ReflectedType.of(held.protobufLayout), depth: below(depth))
        if output.count == content { output.truncate(to: mark) } else { output.end(content) }
    }

    /// Looks ahead for the member that tells the type; `nil` for an empty object, which is stepped over.
    private mutating func typeURL() throws(JSONFault) -> (url: String, offset: Int)? {
        let start = scanner.offset
        var isFirst = true
        var isEmpty = true
        while let (name, _) = try scanner.member(&isFirst) {
            isEmpty = false
            guard name == ProtobufJSONReader.typeMember else {
                try scanner.skipValue(depth: 0)
                continue
            }
            guard try scanner.kind() == .string else { throw mismatch("a type URL") }
            let offset = scanner.offset
            return (try scanner.string(), offset)
        }
        if isEmpty { return nil }
        throw scanner.fault("expected a member \"@type\", found none", at: start)
    }

    /// The fields of what an `Any` holds; those of a special type stand in the member `value`.
    private mutating func content(_ type: ReflectedType, depth: Int32) throws(JSONFault) {
        let start = scanner.offset
        // Some implementations take `Empty` for special, and some do not.
        guard type.special != nil || type.name == "google.protobuf.Empty" else {
            return try fields(type, depth: depth, without: ProtobufJSONReader.typeMember)
        }
        var isFirst = true
        var members: Set<String> = []
        while let (name, offset) = try scanner.member(&isFirst) {
            if members.contains(name) {
                throw scanner.fault("expected each member once, found \(JSONValue.quoted(name)) again", at: offset)
            }
            members.insert(name)
            if name == "value" {
                path.push(.field(name))
                try message(type, depth: depth)
                path.pop()
            } else if name == ProtobufJSONReader.typeMember || options.ignoreUnknownFields {
                try scanner.skipValue(depth: 0)
            } else {
                throw scanner.fault("expected \"@type\" and \"value\", found \(JSONValue.quoted(name))", at: offset)
            }
        }
        if type.special != nil, !members.contains("value") {
            throw scanner.fault("expected a member \"value\" (a \(type.name)), found none", at: start)
        }
    }
}
