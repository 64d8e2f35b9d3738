// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

// The types that JSON writes in a form of their own.
extension ProtobufJSONWriter {
    mutating func special(_ special: SpecialType, _ view: ProtobufView, depth: Int32) throws(RPCError) {
        let fields = view.type.fields
        switch special {
        case .wrapper:
            if let value = view.value(fields[0]) { try self.value(value, fields[0], depth: depth) }
        case .structure: try map(view, fields[0], depth: depth)
        case .list: try list(view, fields[0], depth: depth)
        case .value: try anything(view, depth: depth)
        case .any: try any(view, depth: depth)
        case .timestamp:
            let range = "from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, nanos from 0 to 999999999"
            try time(view, range, TimestampText.write)
        case .duration:
            try time(view, "from -315576000000 to 315576000000 seconds, nanos of the same sign", DurationJSON.write)
        case .fieldMask: try mask(view, fields[0])
        }
    }

    /// Seconds and nanoseconds, which are the fields of both types.
    private mutating func time(
        _ view: ProtobufView, _ range: String, _ text: (Int64, Int32) -> String?
    ) throws(RPCError) {
        guard case .int64(let seconds)? = view.value(view.type.fields[0]),
            case .int32(let nanoseconds)? = view.value(view.type.fields[1])
        else { return }
        guard let text = text(seconds, nanoseconds) else {
            throw fault("expected a time \(range), found seconds \(seconds) and nanos \(nanoseconds)")
        }
        output.quoted(text)
    }

    /// A `Value`; one without any is null, too.
    private mutating func anything(_ view: ProtobufView, depth: Int32) throws(RPCError) {
        guard let field = view.type.fields.first(where: { view.count($0) > 0 }), let value = view.value(field) else {
            return output.plain("null")
        }
        if case .double(let number) = value, !number.isFinite {
            throw fault("expected a finite number in a google.protobuf.Value, found \(number)")
        }
        try self.value(value, field, depth: depth)
    }

    private mutating func mask(_ view: ProtobufView, _ field: ReflectedField) throws(RPCError) {
        var paths: [String] = []
        for index in 0..<view.count(field) {
            guard case .string(let bytes)? = view.value(field, at: index) else { continue }
            guard let path = FieldMaskText.camelCase(bytes) else {
                let found = JSONValue.quoted(String(String(decoding: bytes, as: UTF8.self).prefix(60)))
                throw fault("expected a field mask's path like \"home.zip_code\", found \(found)")
            }
            paths.append(path)
        }
        output.quoted(paths.joined(separator: ","))
    }

    private mutating func any(_ view: ProtobufView, depth: Int32) throws(RPCError) {
        guard case .string(let name)? = view.value(view.type.fields[0]),
            case .bytes(let content)? = view.value(view.type.fields[1])
        else { return }
        output.open("{")
        if !name.isEmpty || !content.isEmpty {
            let url = String(decoding: name, as: UTF8.self)
            guard let type = options.types[url: url] else { throw fault(AnyText.unknown(url)) }
            output.key("@type")
            output.string(name)
            try expand(type, content, depth: below(depth))
        }
        output.close("}")
    }

    private mutating func expand<Message: ProtobufMessage>(
        _ type: Message.Type, _ content: UnsafeRawBufferPointer, depth: Int32
    ) throws(RPCError) {
        let message: Message
        do throws(RPCError) {
            message = try ProtobufCodec<Message>.decode(content)
        } catch {
            throw fault("expected bytes that are what the type URL says: \(error.message)")
        }
        try withExtendedLifetime(message) { () throws(RPCError) in
            let view = try arena.view(of: message)
            guard view.type.special != nil else { return try fields(view, depth: depth) }
            output.key("value")
            try self.message(view, depth: depth)
        }
    }
}
