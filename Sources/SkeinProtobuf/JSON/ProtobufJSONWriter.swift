// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Writes a message as JSON.
struct ProtobufJSONWriter {
    var output: JSONOutput
    var path = JSONPath()
    let options: ProtobufJSONEncodingOptions
    /// For the slots of what an `Any` holds.
    let arena: ProtobufArena
    private let root: String

    init(_ options: ProtobufJSONEncodingOptions, arena: ProtobufArena, root: String) {
        self.options = options
        self.arena = arena
        self.root = root
        output = JSONOutput(indent: options.indent)
    }

    func fault(_ problem: String) -> RPCError {
        RPCError(.internal, "write \(root) as JSON: \(path.prefixing(problem))")
    }

    /// The levels of messages that may still follow in one that stands where `depth` of them may.
    func below(_ depth: Int32) throws(RPCError) -> Int32 {
        if depth == 0 { throw fault(ProtobufFault(.tooDeep).description) }
        return depth - 1
    }

    /// Writes the message in its type's form. `depth` levels of messages may still follow below.
    mutating func message(_ view: ProtobufView, depth: Int32) throws(RPCError) {
        if let special = view.type.special { return try self.special(special, view, depth: depth) }
        output.open("{")
        try fields(view, depth: depth)
        output.close("}")
    }

    mutating func fields(_ view: ProtobufView, depth: Int32) throws(RPCError) {
        for field in view.type.fields {
            let count = view.count(field)
            if count == 0, field.hasPresence || !options.alwaysPrintFields { continue }
            output.key(options.preserveProtoFieldNames ? field.name : field.jsonName)
            path.push(.field(field.jsonName))
            if field.isMap {
                try map(view, field, depth: depth)
            } else if field.isRepeated {
                try list(view, field, depth: depth)
            } else if let value = view.value(field) {
                try self.value(value, field, depth: depth)
            }
            path.pop()
        }
    }

    mutating func list(_ view: ProtobufView, _ field: ReflectedField, depth: Int32) throws(RPCError) {
        output.open("[")
        path.push(.index(0))
        for index in 0..<view.count(field) {
            guard let value = view.value(field, at: index) else { continue }
            path.advance(to: index)
            output.element()
            try self.value(value, field, depth: depth)
        }
        path.pop()
        output.close("]")
    }

    mutating func map(_ view: ProtobufView, _ field: ReflectedField, depth: Int32) throws(RPCError) {
        output.open("{")
        for entry in view.entries(field) {
            let fields = entry.type.fields
            guard fields.count == 2, let key = entry.value(fields[0]), let value = entry.value(fields[1]) else {
                continue
            }
            path.push(.key(self.key(key)))
            // On the wire an entry is a level, too.
            try self.value(value, fields[1], depth: below(depth))
            path.pop()
        }
        output.close("}")
    }

    /// Writes a map's key; returns it for the path.
    private mutating func key(_ value: ProtobufValue) -> String {
        if case .string(let bytes) = value {
            output.key(bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        let text =
            switch value {
            case .int32(let value): "\(value)"
            case .int64(let value): "\(value)"
            case .uint32(let value): "\(value)"
            case .uint64(let value): "\(value)"
            case .bool(let value): "\(value)"
            default: ""
            }
        output.key(text)
        return text
    }

    mutating func value(_ value: ProtobufValue, _ field: ReflectedField, depth: Int32) throws(RPCError) {
        switch value {
        case .bool(let value): output.plain(value ? "true" : "false")
        case .int32(let value): output.plain("\(value)")
        case .uint32(let value): output.plain("\(value)")
        case .int64(let value): output.quoted("\(value)")
        case .uint64(let value): output.quoted("\(value)")
        case .float(let value): number(value)
        case .double(let value): number(value)
        case .string(let bytes): output.string(bytes)
        case .bytes(let bytes): output.base64(bytes)
        case .enum(let number): enumValue(number, field.names)
        case .message(let view):
            try message(view, depth: below(depth))
        }
    }

    private mutating func number<Number: BinaryFloatingPoint & CustomStringConvertible>(_ value: Number) {
        if value.isNaN { return output.quoted("NaN") }
        if value.isInfinite { return output.quoted(value < 0 ? "-Infinity" : "Infinity") }
        // Many readers take `-0` for an integer, which has no sign then.
        output.plain(value == 0 && value.sign == .minus ? "-0.0" : NumberText.shortest(value))
    }

    private mutating func enumValue(_ number: Int32, _ names: ReflectedEnum?) {
        if let names, names.isNull {
            output.plain("null")
        } else if !options.enumsAsNumbers, let name = names?.name(of: number) {
            output.quoted(name)
        } else {
            output.plain("\(number)")
        }
    }
}
