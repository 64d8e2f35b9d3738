// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Reads JSON as a message of a given type, and writes it as the message's encoding.
struct ProtobufJSONReader {
    var scanner: JSONScanner
    var output = WireOutput()
    var path = JSONPath()
    let options: ProtobufJSONDecodingOptions

    /// The encoding of the message that `bytes`, which are UTF-8, spell.
    static func read(
        _ bytes: [UInt8], _ type: ReflectedType, _ options: ProtobufJSONDecodingOptions
    ) throws(RPCError) -> [UInt8] {
        var reader = ProtobufJSONReader(scanner: JSONScanner(bytes), options: options)
        do throws(JSONFault) {
            try reader.message(type, depth: ProtobufReader.depthLimit)
            try reader.scanner.end()
            return reader.output.bytes
        } catch {
            let place = "read \(type.name) from JSON: \(error.position)"
            throw RPCError(.invalidArgument, "\(place): \(reader.path.prefixing(error.problem))")
        }
    }

    /// An error about the value that comes next.
    mutating func mismatch(_ expected: String) -> JSONFault {
        scanner.skipSpace()
        let start = scanner.offset
        do throws(JSONFault) {
            let found: String
            switch try scanner.kind() {
            case .object: found = "an object"
            case .array: found = "an array"
            default:
                try scanner.skipValue(depth: 0)
                found = scanner.excerpt(from: start)
            }
            return scanner.fault("expected \(expected), found \(found)", at: start)
        } catch {
            return error
        }
    }

    /// The levels of messages that may still follow in one that stands where `depth` of them may.
    mutating func below(_ depth: Int32) throws(JSONFault) -> Int32 {
        if depth == 0 {
            throw scanner.fault(ProtobufFault(.tooDeep).description, at: scanner.offset)
        }
        return depth - 1
    }
}

// MARK: messages

extension ProtobufJSONReader {
    /// Writes the fields of the message that comes next. `depth` levels of messages may still follow below.
    mutating func message(_ type: ReflectedType, depth: Int32) throws(JSONFault) {
        if let special = type.special { return try self.special(special, type, depth: depth) }
        guard try scanner.kind() == .object else { throw mismatch("an object (a \(type.name))") }
        try fields(type, depth: depth, without: nil)
    }

    /// The members of an object; the one named `without` has been seen to.
    mutating func fields(_ type: ReflectedType, depth: Int32, without: String?) throws(JSONFault) {
        var isFirst = true
        var seen = FieldSet()
        var oneofs = FieldSet()
        while let (name, offset) = try scanner.member(&isFirst) {
            let index = name == without ? type.fields.count : type.index(named: name)
            if let index, !seen.insert(index) {
                throw scanner.fault("expected each field once, found \(JSONValue.quoted(name)) again", at: offset)
            }
            guard let index, index < type.fields.count else {
                guard index != nil || options.ignoreUnknownFields else { throw unknown(name, type, at: offset) }
                try scanner.skipValue(depth: 0)
                continue
            }
            let field = type.fields[index]
            path.push(.field(name))
            if try !skipsNull(field) {
                if field.oneof != 0, !oneofs.insert(field.oneof) {
                    throw scanner.fault("expected one member of a oneof, found a second one", at: offset)
                }
                try value(field, depth: depth)
            }
            path.pop()
        }
    }

    private mutating func unknown(_ name: String, _ type: ReflectedType, at offset: Int) -> JSONFault {
        let hint = Spelling.hint(for: String(name.prefix(100)), in: type.fields.map(\.jsonName))
        let found = JSONValue.quoted(name.count <= 60 ? name : "\(name.prefix(57))...")
        return scanner.fault("expected a field of \(type.name), found \(found)\(hint)", at: offset)
    }

    /// Steps over a null that leaves the field unset.
    private mutating func skipsNull(_ field: ReflectedField) throws(JSONFault) -> Bool {
        guard try scanner.kind() == .null, field.isRepeated || !field.acceptsNull else { return false }
        try scanner.null()
        return true
    }

    private mutating func value(_ field: ReflectedField, depth: Int32) throws(JSONFault) {
        if field.isMap {
            guard try scanner.kind() == .object else { throw mismatch("an object (a map)") }
            try map(field, depth: depth)
        } else if field.isRepeated {
            guard try scanner.kind() == .array else { throw mismatch("an array") }
            try list(field, depth: depth)
        } else {
            try single(field, depth: depth)
        }
    }

    mutating func list(_ field: ReflectedField, depth: Int32) throws(JSONFault) {
        var isFirst = true
        var index = 0
        let mark = output.count
        let run = field.isPacked ? output.begin(field.number) : nil
        path.push(.index(0))
        while try scanner.element(&isFirst) {
            path.advance(to: index)
            try refuseNull(field)
            if run != nil {
                if let scalar = try scalar(field) { output.append(scalar) }
            } else {
                _ = try element(field, depth: depth)
            }
            index += 1
        }
        path.pop()
        guard let run else { return }
        if output.count == run { output.truncate(to: mark) } else { output.end(run) }
    }

    mutating func map(_ field: ReflectedField, depth: Int32) throws(JSONFault) {
        guard let fields = field.type?.fields, fields.count == 2 else { return }
        let (key, value) = (fields[0], fields[1])
        var isFirst = true
        var keys: Set<[UInt8]> = []
        while let (name, offset) = try scanner.member(&isFirst) {
            path.push(.key(name))
            let mark = output.count
            let entry = output.begin(field.number)
            try self.key(name, key, at: offset)
            guard keys.insert(output.bytes(from: entry)).inserted else {
                throw scanner.fault("expected each key once, found \(JSONValue.quoted(name)) again", at: offset)
            }
            try refuseNull(value)
            if try element(value, depth: below(depth)) { output.end(entry) } else { output.truncate(to: mark) }
            path.pop()
        }
    }

    private mutating func refuseNull(_ field: ReflectedField) throws(JSONFault) {
        guard try scanner.kind() == .null, !field.acceptsNull else { return }
        throw mismatch("a value")
    }

    /// A singular field: without presence, a default value is not written.
    mutating func single(_ field: ReflectedField, depth: Int32) throws(JSONFault) {
        let mark = output.count
        let isWritten = try element(field, depth: depth)
        if isWritten, !field.hasPresence, output.isDefault(from: mark) { output.truncate(to: mark) }
    }

    /// One value with its tag; `false` when it is dropped.
    mutating func element(_ field: ReflectedField, depth: Int32) throws(JSONFault) -> Bool {
        switch field.kind {
        case .message:
            guard let type = field.type else { return false }
            let inner = try below(depth)
            let start = output.begin(field.number)
            try message(type, depth: inner)
            output.end(start)
        case .string, .bytes:
            try text(field)
        default:
            guard let scalar = try scalar(field) else { return false }
            output.append(tag: field.number, scalar)
        }
        return true
    }
}
