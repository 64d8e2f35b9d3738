// SPDX-License-Identifier: Apache-2.0

/// An enum: one case per known number, and one for all others.
struct EnumRenderer {
    let declaration: EnumModel
    let access: String

    func render(into code: inout CodeWriter) {
        code.documentation(declaration.comments)
        code.block("\(access)enum \(declaration.name): ProtobufEnum") { code in
            for value in declaration.values {
                code.documentation(value.comments)
                code.line("case \(value.name)")
            }
            code.line("case unrecognized(Int32)")
            code.line()
            let cases = declaration.values.map { "." + $0.name }
            code.list("\(access)static let allCases: [\(declaration.name)] = [", cases, "]")
            for alias in declaration.aliases {
                code.line("\(access)static var \(alias.name): \(declaration.name) { .\(alias.of) }")
            }
            code.line()
            renderNumbers(into: &code)
            code.line()
            let names = declaration.protoNames.map { "(\($0.number), \"\($0.name)\")" }
            let start = "\(access)static let protobufNames: ProtobufEnumNames = .init(\"\(declaration.protoName)\", ["
            code.list(start, names, "])")
        }
    }

    private func renderNumbers(into code: inout CodeWriter) {
        code.block("\(access)init(rawValue: Int32)") { code in
            code.line("switch rawValue {")
            for value in declaration.values { code.line("case \(value.number): self = .\(value.name)") }
            code.line("default: self = .unrecognized(rawValue)")
            code.line("}")
        }
        code.line()
        code.block("\(access)var rawValue: Int32") { code in
            code.line("switch self {")
            for value in declaration.values { code.line("case .\(value.name): \(value.number)") }
            code.line("case .unrecognized(let number): number")
            code.line("}")
        }
    }
}
