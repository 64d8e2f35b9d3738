// SPDX-License-Identifier: Apache-2.0

/// Writes a message in protobuf's text format.
struct ProtobufTextWriter {
    private(set) var output: [UInt8] = []
    private var level = 0
    /// For the slots of what an `Any` holds.
    private let arena: ProtobufArena

    init(arena: ProtobufArena) { self.arena = arena }

    mutating func message(_ message: some ProtobufMessage, depth: Int32 = ProtobufReader.depthLimit) {
        if let view = arena.partialView(of: message) { fields(view, depth: depth) }
        // The view's slots point into the message's own arrays.
        withExtendedLifetime(message) {}
    }

    /// Writes the fields of a message, below which `depth` levels of messages are shown.
    private mutating func fields(_ view: ProtobufView, depth: Int32) {
        if view.type.special == .any, any(view, depth: depth) { return }
        for field in view.type.fields {
            if field.isMap {
                for entry in view.entries(field) { message(field.name, depth) { $0.entry(entry, depth: $1) } }
                continue
            }
            for index in 0..<view.count(field) { value(view.value(field, at: index), field, depth: depth) }
        }
        unknown(view.unknownFields)
    }

    /// The key and value of a map's entry, which are written even when they have the default value.
    private mutating func entry(_ view: ProtobufView, depth: Int32) {
        for field in view.type.fields { value(view.value(field), field, depth: depth) }
    }

    /// `value` is `nil` where messages are nested too deep.
    private mutating func value(_ value: ProtobufValue?, _ field: ReflectedField, depth: Int32) {
        guard let value else { return message(field.name, 0) { _, _ in } }
        switch value {
        case .message(let view): message(field.name, depth) { $0.fields(view, depth: $1) }
        case .bool(let value): line(field.name, "\(value)")
        case .int32(let value): line(field.name, "\(value)")
        case .int64(let value): line(field.name, "\(value)")
        case .uint32(let value): line(field.name, "\(value)")
        case .uint64(let value): line(field.name, "\(value)")
        case .float(let value): line(field.name, NumberText.shortest(value))
        case .double(let value): line(field.name, NumberText.shortest(value))
        case .enum(let number): line(field.name, field.names?.name(of: number) ?? "\(number)")
        case .string(let bytes): line(field.name) { TextEscape.append(bytes, keepsUTF8: true, to: &$0) }
        case .bytes(let bytes): line(field.name) { TextEscape.append(bytes, keepsUTF8: false, to: &$0) }
        }
    }

    /// `name {`, what `body` writes, `}`.
    private mutating func message(_ name: String, _ depth: Int32, _ body: (inout Self, Int32) -> Void) {
        indent()
        output += name.utf8
        guard depth > 0 else {
            output += " { ... }\n".utf8
            return
        }
        output += " {\n".utf8
        level += 1
        body(&self, depth - 1)
        level -= 1
        indent()
        output += "}\n".utf8
    }

    private mutating func line(_ name: String, _ value: String) { line(name) { $0 += value.utf8 } }

    private mutating func line(_ name: String, _ value: (inout [UInt8]) -> Void) {
        indent()
        output += name.utf8
        output += ": ".utf8
        value(&output)
        output.append(UInt8(ascii: "\n"))
    }

    private mutating func indent() { output += repeatElement(UInt8(ascii: " "), count: level * 2) }
}

// MARK: Any

extension ProtobufTextWriter {
    /// Writes what an `Any` holds, `false` when its type is not one of those that are always known.
    private mutating func any(_ view: ProtobufView, depth: Int32) -> Bool {
        guard case .string(let name)? = view.value(view.type.fields[0]),
            case .bytes(let content)? = view.value(view.type.fields[1])
        else { return false }
        let url = String(decoding: name, as: UTF8.self)
        guard let type = ProtobufTypes()[url: url] else { return false }
        return expand(type, content, url, depth)
    }

    private mutating func expand<Message: ProtobufMessage>(
        _ type: Message.Type, _ content: UnsafeRawBufferPointer, _ url: String, _ depth: Int32
    ) -> Bool {
        guard let held = try? ProtobufCodec<Message>.decode(content) else { return false }
        self.message("[\(url)]", depth) { $0.message(held, depth: $1) }
        return true
    }
}

// MARK: unknown fields

extension ProtobufTextWriter {
    /// The levels to which bytes are looked into for messages.
    private static let unknownDepth: Int32 = 10

    private mutating func unknown(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            guard isMessage(bytes) else { return }
            var wire = WireCursor(bytes)
            try? unknown(&wire, depth: ProtobufTextWriter.unknownDepth)
        }
    }

    private func isMessage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var wire = WireCursor(bytes)
        while !wire.isAtEnd {
            guard let tag = try? wire.tag(), (try? wire.skip(tag, depth: ProtobufReader.depthLimit)) != nil else {
                return false
            }
        }
        return true
    }

    /// The fields up to the end of the bytes, or of the group.
    private mutating func unknown(_ wire: inout WireCursor, depth: Int32) throws(ProtobufFault) {
        while !wire.isAtEnd {
            let tag = try wire.tag()
            let name = "\(tag.number)"
            switch tag.type {
            case .varint: line(name, "\(try wire.varint())")
            case .fixed32, .fixed64:
                let start = wire.offset
                try wire.skip(tag, depth: 0)
                let bytes = wire.bytes(from: start)
                line(name, "0x" + bytes.reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
            case .lengthDelimited:
                let content = try wire.lengthDelimited()
                if depth > 0, !content.isEmpty, isMessage(content) {
                    message(name, depth) { writer, depth in
                        var inner = WireCursor(content)
                        try? writer.unknown(&inner, depth: depth)
                    }
                } else {
                    line(name) { TextEscape.append(content, keepsUTF8: false, to: &$0) }
                }
            case .startGroup: try unknownGroup(name, tag, &wire, depth: depth)
            case .endGroup: return
            }
        }
    }

    private mutating func unknownGroup(
        _ name: String, _ tag: WireTag, _ wire: inout WireCursor, depth: Int32
    ) throws(ProtobufFault) {
        let start = wire.offset
        try wire.skip(tag, depth: ProtobufReader.depthLimit)
        let content = wire.bytes(from: start)
        message(name, depth) { writer, depth in
            var inner = WireCursor(content)
            try? writer.unknown(&inner, depth: depth)
        }
    }
}
