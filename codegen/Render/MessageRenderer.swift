// SPDX-License-Identifier: Apache-2.0

/// A message as its users see it: a struct with a property per field, and what is nested in it.
struct MessageRenderer {
    let message: MessageModel
    let access: String

    func render(into code: inout CodeWriter) {
        code.documentation(message.comments)
        code.block("\(access)struct \(message.name): ProtobufMessage") { code in
            code.line("\(access)static var protobufName: String { \"\(message.protoName)\" }")
            code.line()
            for property in message.properties { render(property, into: &code) }
            code.line("\(access)var unknownFields: [UInt8] = []")
            code.line()
            code.line("\(access)init() {}")
            if !message.properties.isEmpty {
                code.line()
                renderInitializer(into: &code)
            }
            for oneof in message.oneofs {
                code.line()
                render(oneof, into: &code)
            }
            for declaration in message.enums {
                code.line()
                EnumRenderer(declaration: declaration, access: access).render(into: &code)
            }
            for nested in message.messages {
                code.line()
                MessageRenderer(message: nested, access: access).render(into: &code)
            }
        }
    }

    private func render(_ property: MessageModel.Property, into code: inout CodeWriter) {
        code.documentation(property.comments)
        let wrapper = property.isBoxed ? "@ProtobufBoxed " : ""
        code.line("\(wrapper)\(access)var \(property.name): \(property.type) = \(property.zero)")
    }

    private func renderInitializer(into code: inout CodeWriter) {
        let parameters = message.properties.map { "\($0.name): \($0.type) = \($0.zero)" }
        code.list("\(access)init(", parameters, ") {")
        code.indent { code in
            for property in message.properties { code.line("self.\(property.name) = \(property.name)") }
        }
        code.line("}")
    }

    private func render(_ oneof: OneofModel, into code: inout CodeWriter) {
        code.block("\(access)enum \(oneof.type): Hashable, Sendable") { code in
            for member in oneof.members {
                code.documentation(member.comments)
                code.line("\(member.isBoxed ? "indirect " : "")case \(member.name)(\(member.type.swift))")
            }
        }
    }
}

extension MessageModel.Property {
    var name: String {
        switch self {
        case .field(let field): field.name
        case .oneof(let oneof): oneof.name
        }
    }

    var type: String {
        switch self {
        case .field(let field): field.swiftType
        case .oneof(let oneof): oneof.type + "?"
        }
    }

    var zero: String {
        switch self {
        case .field(let field): field.zero
        case .oneof: "nil"
        }
    }

    var comments: [String] {
        switch self {
        case .field(let field): field.comments
        case .oneof(let oneof): oneof.comments
        }
    }

    var isBoxed: Bool {
        switch self {
        case .field(let field): field.isBoxed
        case .oneof: false
        }
    }
}
