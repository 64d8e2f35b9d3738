// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The Swift names of what a `.proto` file declares: those that swift-protobuf gives, and a few more that are taken.
final class SwiftNames {
    private let namer = SwiftProtobufNamer()
    private let options: GeneratorOptions

    init(_ options: GeneratorOptions) { self.options = options }

    /// Types that generated code refers to, which a message without a package could hide.
    static let takenTypes: Set<String> = [
        "BidirectionalMethod", "CallOptions", "Channel", "Client", "ClientStreamingMethod", "Method", "Methods",
        "ProtobufBoxed", "ProtobufClosedEnum", "ProtobufCodec", "ProtobufDeprecatedClosedEnum",
        "ProtobufDeprecatedEnum", "ProtobufEnum", "ProtobufEnumNames", "ProtobufFault", "ProtobufFile",
        "ProtobufLayout", "ProtobufMessage", "ProtobufReader", "ProtobufWriter", "RequestStream", "ResponseWriter",
        "RPCService", "ServerContext", "ServerStreamingMethod", "Service", "ServiceDescriptor", "ServiceRouter",
        "UnaryMethod",
    ]

    /// Members that every message has.
    private static let takenProperties: Set<String> = ["serialized", "protobufName", "protobufLayout"]

    /// Members that every enum has.
    private static let takenCases: Set<String> = [
        "allCases", "hash", "hashValue", "isStoredAsItself", "protobufCase", "protobufCases", "protobufNames",
        "protobufStored", "rawValue",
    ]

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
        "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
        "in", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public",
        "repeat", "rethrows", "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try", "typealias", "var", "where", "while",
    ]

    func prefix(_ file: FileDescriptor) -> String { namer.typePrefix(forFile: file) }

    /// The name by which users know it.
    func known(_ message: Descriptor) -> String { free(namer.relativeName(message: message), "Message") }

    func known(_ declaration: EnumDescriptor) -> String { free(namer.relativeName(enum: declaration), "Enum") }

    func known(_ service: ServiceDescriptor) -> String { prefix(service.file) + service.name }

    /// The name by which generated code refers to it. That of a deprecated type is another, which does not warn; the
    /// known one is an alias for it.
    func relative(_ message: Descriptor) -> String {
        let isFile = message.containingType == nil && message.file.options.deprecated
        return (message.options.deprecated || isFile ? "_" : "") + known(message)
    }

    func relative(_ declaration: EnumDescriptor) -> String {
        let isFile = declaration.containingType == nil && declaration.file.options.deprecated
        return (declaration.options.deprecated || isFile ? "_" : "") + known(declaration)
    }

    func relative(_ service: ServiceDescriptor) -> String {
        (service.options.deprecated || service.file.options.deprecated ? "_" : "") + known(service)
    }

    private func free(_ name: String, _ suffix: String) -> String {
        SwiftNames.takenTypes.contains(name) ? name + suffix : name
    }

    func full(_ message: Descriptor) -> String {
        if options.messages == .swiftProtobuf { return namer.fullName(message: message) }
        return message.containingType.map { full($0) + "." + relative(message) } ?? relative(message)
    }

    func full(_ declaration: EnumDescriptor) -> String {
        declaration.containingType.map { full($0) + "." + relative(declaration) } ?? relative(declaration)
    }

    func type(_ oneof: OneofDescriptor) -> String { namer.relativeName(oneof: oneof) }

    func property(_ oneof: OneofDescriptor) -> String { property(namer.messagePropertyName(oneof: oneof).name) }

    func property(_ field: FieldDescriptor) -> String {
        property(namer.messagePropertyNames(field: field, prefixed: "", includeHasAndClear: false).name)
    }

    private func property(_ name: String) -> String {
        SwiftNames.takenProperties.contains(name) ? name + "_p" : name
    }

    func enumCase(_ value: EnumValueDescriptor) -> String {
        let name = namer.relativeName(enumValue: value)
        let isTaken = SwiftNames.takenCases.contains(name) || name == "unrecognized" && !value.enumType.isClosed
        return isTaken ? name + "_" : name
    }

    /// The first value, which is the default, as Swift writes it.
    func first(of declaration: EnumDescriptor) -> String {
        declaration.values.first.map { expression($0) } ?? ""
    }

    /// A value as Swift writes it where its type is known; a deprecated one without its name, which would warn.
    func expression(_ value: EnumValueDescriptor, in type: String = "") -> String {
        let all = value.enumType.values
        // Without the aliases.
        let cases = all.enumerated().filter { index, value in !all[..<index].contains { $0.number == value.number } }
        guard let index = cases.firstIndex(where: { $0.element.number == value.number }) else { return "" }
        let original = cases[index].element
        if !original.options.deprecated { return type + "." + enumCase(original) }
        if !value.enumType.isClosed { return type + ".init(rawValue: \(value.number))" }
        return full(value.enumType) + ".allCases[\(index)]"
    }

    /// `SayHello` becomes `sayHello`, `GetURL` `getURL`, `URLFetch` `urlFetch`, `get_feature` `getFeature`.
    func method(_ method: MethodDescriptor) -> String {
        let name =
            method.name.contains("_")
            ? NamingUtils.toLowerCamelCase(method.name) : SwiftNames.lowerStart(of: method.name)
        switch name {
        case "self", "init", "Type", "Protocol", "channel", "defaults": return name + "Method"
        case _ where SwiftNames.keywords.contains(name): return "`\(name)`"
        default: return name
        }
    }

    /// Lowers the leading capitals, but for one that begins the next word.
    private static func lowerStart(of name: String) -> String {
        let capitals = name.prefix { $0.isUppercase }.count
        let isOneWord = capitals <= 1 || capitals == name.count
        let lowered = isOneWord ? capitals : capitals - 1
        return name.prefix(lowered).lowercased() + name.dropFirst(lowered)
    }
}
