// SPDX-License-Identifier: Apache-2.0
import SwiftProtobufPluginLibrary

/// The Swift names of what a `.proto` file declares: those that swift-protobuf gives, and a few more that are taken.
final class SwiftNames {
    private let namer = SwiftProtobufNamer()

    /// Types that generated code refers to, which a message without a package could hide.
    private static let takenTypes: Set<String> = [
        "CallOptions", "BidirectionalMethod", "Channel", "Client", "ClientStreamingMethod", "Method", "Methods",
        "ProtobufBoxed", "ProtobufCodec", "ProtobufEnum", "ProtobufEnumNames", "ProtobufFault", "ProtobufFile",
        "ProtobufLayout",
        "ProtobufMessage", "ProtobufReader", "ProtobufWriter", "RPCService", "RequestStream", "ResponseWriter",
        "ServerContext", "ServerStreamingMethod", "Service", "ServiceDescriptor", "ServiceRouter", "UnaryMethod",
    ]

    /// Members that every message has.
    private static let takenProperties: Set<String> = ["serialized", "protobufName", "protobufLayout"]

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
        "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
        "in", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public",
        "repeat", "rethrows", "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try", "typealias", "var", "where", "while",
    ]

    func prefix(_ file: FileDescriptor) -> String { namer.typePrefix(forFile: file) }

    func relative(_ message: Descriptor) -> String { free(namer.relativeName(message: message), "Message") }

    func relative(_ declaration: EnumDescriptor) -> String { free(namer.relativeName(enum: declaration), "Enum") }

    private func free(_ name: String, _ suffix: String) -> String {
        SwiftNames.takenTypes.contains(name) ? name + suffix : name
    }

    func full(_ message: Descriptor) -> String {
        message.containingType.map { full($0) + "." + relative(message) } ?? relative(message)
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
        return name == "unrecognized" ? "unrecognized_" : name
    }

    func service(_ service: ServiceDescriptor) -> String { prefix(service.file) + service.name }

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
