// SPDX-License-Identifier: Apache-2.0

/// A message as its users see it: a struct with a property per field, and what is nested in it.
struct MessageRenderer {
    let message: MessageModel
    let access: String

    func render(into code: inout CodeWriter) {
        code.deprecatedAlias(message.deprecatedName, of: message.name, message.comments, access)
        if message.deprecatedName == nil { code.documentation(message.comments) }
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
            renderDeprecated(into: &code)
            renderDefaults(into: &code)
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
        let wrapper = property.isBoxed ? "@ProtobufBoxed " : ""
        if property.isDeprecated {
            return code.line("\(wrapper)fileprivate var \(property.storage): \(property.type) = \(property.zero)")
        }
        code.documentation(property.comments)
        code.line("\(wrapper)\(access)var \(property.name): \(property.type) = \(property.zero)")
    }

    private func renderInitializer(into code: inout CodeWriter) {
        let parameters = message.properties.map { "\($0.name): \($0.type) = \($0.zero)" }
        code.list("\(access)init(", parameters, ") {")
        code.indent { code in
            for property in message.properties { code.line("self.\(property.storage) = \(property.name)") }
        }
        code.line("}")
    }

    /// The properties of deprecated fields, over stored ones that may be used without a warning.
    private func renderDeprecated(into code: inout CodeWriter) {
        for property in message.properties where property.isDeprecated {
            code.line()
            code.documentation(property.comments)
            code.deprecation()
            code.block("\(access)var \(property.name): \(property.type)") { code in
                code.line("get { self.\(property.storage) }")
                code.line("_modify { yield &self.\(property.storage) }")
            }
        }
    }

    private func renderDefaults(into code: inout CodeWriter) {
        var taken = Set(message.properties.map(\.name))
        for field in message.fields {
            guard let value = field.explicitDefault else { continue }
            var name = field.name.filter { $0 != "`" } + "OrDefault"
            while !taken.insert(name).inserted { name += "_p" }
            code.line()
            let shown = value.count > 40 ? "its default" : "its default `\(value)`"
            code.line("/// The value of `\(field.name.filter { $0 != "`" })`, or \(shown) where it is not set.")
            if field.isDeprecated { code.deprecation() }
            code.line("\(access)var \(name): \(field.type.swift) { self.\(field.storage) ?? \(value) }")
        }
    }

    private func render(_ oneof: OneofModel, into code: inout CodeWriter) {
        code.block("\(access)enum \(oneof.type): Hashable, Sendable") { code in
            for member in oneof.members {
                code.documentation(member.comments)
                if member.isDeprecated { code.deprecation() }
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

    /// The name of the stored property.
    var storage: String {
        switch self {
        case .field(let field): field.storage
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

    var isDeprecated: Bool {
        switch self {
        case .field(let field): field.isDeprecated
        case .oneof: false
        }
    }

    var isBoxed: Bool {
        switch self {
        case .field(let field): field.isBoxed
        case .oneof: false
        }
    }
}
