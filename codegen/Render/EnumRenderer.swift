// SPDX-License-Identifier: Apache-2.0

/// An enum: one case per known number, and one for all others unless it is closed.
struct EnumRenderer {
    let declaration: EnumModel
    let access: String

    func render(into code: inout CodeWriter) {
        code.deprecatedAlias(declaration.deprecatedName, of: declaration.name, declaration.comments, access)
        if declaration.deprecatedName == nil { code.documentation(declaration.comments) }
        let conformance = declaration.isClosed ? "Int32, \(proto)" : proto
        code.block("\(access)enum \(declaration.name): \(conformance)") { code in
            for value in declaration.values {
                code.documentation(value.comments)
                if value.isDeprecated { code.deprecation() }
                code.line("case \(value.name)" + (declaration.isClosed ? " = \(value.number)" : ""))
            }
            if !declaration.isClosed { code.line("case unrecognized(Int32)") }
            code.line()
            for alias in declaration.aliases {
                if alias.isDeprecated { code.deprecation() }
                code.line("\(access)static var \(alias.name): \(declaration.name) { .\(alias.original) }")
            }
            if !declaration.isClosed || hasDeprecated { renderCases(into: &code) }
            if !declaration.isClosed { renderNumbers(into: &code) }
            renderNames(into: &code)
        }
    }

    private var hasDeprecated: Bool { declaration.values.contains(where: \.isDeprecated) }

    private var proto: String {
        switch (declaration.isClosed, hasDeprecated) {
        case (false, false): "ProtobufEnum"
        case (false, true): "ProtobufDeprecatedEnum"
        case (true, false): "ProtobufClosedEnum"
        case (true, true): "ProtobufDeprecatedClosedEnum"
        }
    }

    private func renderCases(into code: inout CodeWriter) {
        let cases = declaration.values.map { "." + $0.name }
        if hasDeprecated {
            code.deprecation()
            code.list("\(access)static var protobufCases: [\(declaration.name)] { [", cases, "] }")
        } else {
            code.list("\(access)static let allCases: [\(declaration.name)] = [", cases, "]")
        }
        code.line()
    }

    private func renderNumbers(into code: inout CodeWriter) {
        if hasDeprecated { code.deprecation() }
        let (head, result) =
            hasDeprecated
            ? ("static func protobufCase(_ number: Int32) -> \(declaration.name)", "return ")
            : ("init(rawValue: Int32)", "self = ")
        code.block(access + head) { code in
            code.line("switch \(hasDeprecated ? "number" : "rawValue") {")
            for value in declaration.values { code.line("case \(value.number): \(result).\(value.name)") }
            code.line("default: \(result).unrecognized(\(hasDeprecated ? "number" : "rawValue"))")
            code.line("}")
        }
        code.line()
        code.block("\(access)var rawValue: Int32") { code in
            code.line("switch self {")
            for value in declaration.values { code.line("case .\(value.name): \(value.number)") }
            code.line("case .unrecognized(let number): number")
            code.line("}")
        }
        code.line()
    }

    private func renderNames(into code: inout CodeWriter) {
        let names = declaration.protoNames.map { "(\($0.number), \"\($0.name)\")" }
        let closed = declaration.isClosed ? ", closed: true" : ""
        let name = "\"\(declaration.protoName)\"\(closed)"
        code.list("\(access)static let protobufNames: ProtobufEnumNames = .init(\(name), [", names, "])")
    }
}
