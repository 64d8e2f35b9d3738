// SPDX-License-Identifier: Apache-2.0

/// A message as libprotobuf-c sees it: its layout, and the straight-line code that fills and reads its slots.
struct BridgeRenderer {
    let message: MessageModel
    let access: String

    func render(into code: inout CodeWriter) {
        code.block("extension \(message.fullName)") { code in
            renderLayout(into: &code)
            code.line()
            renderWriting(into: &code)
            code.line()
            renderReading(into: &code)
        }
    }

    private var name: String { "\"\(message.protoName)\"" }

    // MARK: Layout

    private func renderLayout(into code: inout CodeWriter) {
        code.line("\(access)static let protobufLayout: ProtobufLayout = .init(")
        code.indent { code in
            let fields = message.wireFields.map(entry)
            if fields.isEmpty { return code.line("\(name), slots: \(message.slots), [])") }
            code.line("\(name), slots: \(message.slots),")
            code.line("[")
            code.indent { code in
                for field in fields { code.line(field + ",") }
            }
            code.line("])")
        }
    }

    private func entry(_ field: FieldModel) -> String {
        var arguments = ["\(field.number)", "\"\(field.protoName)\""]
        let function: String
        if case .map(let key) = field.shape {
            let isOfNames = field.type.isMessage || field.type.isEnum
            function = isOfNames ? field.type.kind + "Map" : "map"
            arguments += ["." + key.kind] + (isOfNames ? [] : ["." + field.type.kind])
        } else if field.type.isMessage || field.type.isEnum {
            function = field.type.kind
        } else {
            function = "field"
            arguments.append("." + field.type.kind)
        }
        switch field.shape {
        case .optional where !field.type.isMessage: arguments.append(".optional")
        case .required: arguments.append(".required")
        case .repeated: arguments.append(".repeated")
        case .packed: arguments.append(".packed")
        case .implicit, .optional, .map: break
        }
        arguments.append("slot: \(field.slot)")
        if let oneof = field.oneof { arguments.append("oneof: \(oneof + 1)") }
        if field.type.isMessage { arguments.append("{ \(field.type.swift).protobufLayout }") }
        if field.type.isEnum { arguments.append("{ \(field.type.swift).protobufNames }") }
        let json = field.jsonName.map { ".json(\($0.debugDescription))" } ?? ""
        return ".\(function)(" + arguments.joined(separator: ", ") + ")" + json
    }

    // MARK: Writing

    private func renderWriting(into code: inout CodeWriter) {
        code.block("\(access)func writeProtobuf(to writer: ProtobufWriter)") { code in
            for field in message.fields { render(writing: field, into: &code) }
            for oneof in message.oneofs { render(writing: oneof, into: &code) }
            code.line("writer.setUnknown(self.unknownFields)")
        }
    }

    private func render(writing field: FieldModel, into code: inout CodeWriter) {
        guard case .map = field.shape else { return code.line("writer." + set(field, "self.\(field.storage)")) }
        code.block("writer.setMap(\(field.slot), self.\(field.storage))") { code in
            code.line("$0.set(3, $1)")
            code.line("$0.\(field.type.isMessage ? "setMessage" : "set")(5, $2)")
        }
    }

    private func set(_ field: FieldModel, _ value: String) -> String {
        switch field.shape {
        case .implicit: "set(\(field.slot), \(value))"
        case .optional, .required: "\(field.type.isMessage ? "setMessage" : "setOptional")(\(field.slot), \(value))"
        case .repeated, .packed, .map: "setRepeated(\(field.slot), \(value))"
        }
    }

    private func render(writing oneof: OneofModel, into code: inout CodeWriter) {
        code.line("writer.clear(\(oneof.slots.lowerBound)..<\(oneof.slots.upperBound))")
        code.line("switch self.\(oneof.name) {")
        for member in oneof.members {
            code.line("case .\(member.name)(let value)?: writer.\(set(member, "value"))")
        }
        code.line("case nil: break")
        code.line("}")
    }

    // MARK: Reading

    private func renderReading(into code: inout CodeWriter) {
        // Setting a deprecated member of a oneof would warn.
        if message.oneofs.flatMap(\.members).contains(where: \.isDeprecated) { code.deprecation() }
        code.block("\(access)mutating func mergeProtobuf(from reader: ProtobufReader) throws(ProtobufFault)") { code in
            for field in message.fields { render(reading: field, into: &code) }
            for oneof in message.oneofs { render(reading: oneof, into: &code) }
            code.line("try reader.readUnknown(into: &self.unknownFields)")
        }
    }

    private func render(reading field: FieldModel, into code: inout CodeWriter) {
        let target = "into: &self.\(field.storage)"
        switch field.shape {
        case .implicit: code.line("try reader.read(\(field.slot), \(target))")
        case .optional, .required:
            code.line("try reader.\(field.type.isMessage ? "readMessage" : "readOptional")(\(field.slot), \(target))")
        case .repeated: code.line("try reader.readRepeated(\(field.slot), \(target))")
        case .packed: code.line("try reader.readPacked(\(field.slot), .\(field.type.kind), \(target))")
        case .map(let key):
            let readValue = field.type.isMessage ? "readMessage" : "read"
            let zeros = "key: \(key.zero), value: \(field.type.zero)"
            code.line("try reader.readMap(\(field.slot), \(target), \(zeros)) {")
            code.indent { code in
                code.line("(entry, key, value) throws(ProtobufFault) in")
                code.line("try entry.read(3, into: &key)")
                code.line("try entry.\(readValue)(5, into: &value)")
            }
            code.line("}")
        }
    }

    /// Each member that came is counted: with more than one, only the order on the wire tells which is set.
    private func render(reading oneof: OneofModel, into code: inout CodeWriter) {
        code.line("var \(oneof.counter) = 0")
        for member in oneof.members { render(reading: member, of: oneof, into: &code) }
        code.line("if \(oneof.counter) > 1 { throw .severalOneofMembers }")
    }

    private func render(reading member: FieldModel, of oneof: OneofModel, into code: inout CodeWriter) {
        let property = "self.\(oneof.name)"
        guard member.type.isMessage else {
            code.block("if let value: \(member.type.swift) = try reader.member(\(member.slot))") { code in
                code.line("\(property) = .\(member.name)(value)")
                code.line("\(oneof.counter) += 1")
            }
            return
        }
        code.block("if reader.count(\(member.slot)) > 0") { code in
            code.line("var merged: \(member.type.swift)?")
            code.line("if case .\(member.name)(let value)? = \(property) { merged = value }")
            code.line("try reader.readMessage(\(member.slot), into: &merged)")
            code.line("\(property) = merged.map { .\(member.name)($0) }")
            code.line("\(oneof.counter) += reader.count(\(member.slot))")
        }
    }
}

extension OneofModel {
    /// A local variable, named after the slots so that several oneofs do not meet.
    fileprivate var counter: String { "members\(slots.lowerBound)" }
}
