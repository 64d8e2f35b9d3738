// SPDX-License-Identifier: Apache-2.0

/// Everything about a `.proto` file that its generated Swift file says, names resolved.
struct FileModel {
    /// As other files import it.
    let path: String
    /// The name of its property of `ProtobufFile`.
    let identifier: String
    /// The serialised descriptor, without comments.
    let descriptor: [UInt8]
    /// The identifiers of the files that the descriptor imports.
    let imports: [String]
    /// The modules that its Swift file needs beside Skein's own.
    let modules: [ImportedModule]
    let enums: [EnumModel]
    let messages: [MessageModel]
    let services: [ServiceModel]

    /// All messages, nested ones after the one that holds them.
    var allMessages: [MessageModel] { messages.flatMap(\.withNested) }
}

struct ImportedModule: Equatable {
    let name: String
    /// Whether its types are in the file's declarations, not only its descriptors behind them.
    let isUsedPublicly: Bool
}

struct EnumModel {
    struct Value {
        let name: String
        let number: Int32
        let comments: [String]
        let isDeprecated: Bool
    }

    let protoName: String
    let name: String
    /// The name that users know it by, where generated code uses another.
    let deprecatedName: String?
    /// Whether it has no values but its cases.
    let isClosed: Bool
    let comments: [String]
    /// One per number.
    let values: [Value]
    /// Other names for numbers.
    let aliases: [Alias]
    struct Alias {
        let name: String
        /// The case that has its number.
        let original: String
        let isDeprecated: Bool
    }

    /// Every value as the `.proto` file names it.
    let protoNames: [(number: Int32, name: String)]
}

struct MessageModel {
    let protoName: String
    let name: String
    /// The name that users know it by, where generated code uses another.
    let deprecatedName: String?
    /// With the names of the messages around it.
    let fullName: String
    let comments: [String]
    /// In the order of their numbers; members of oneofs are with their oneof.
    let fields: [FieldModel]
    let oneofs: [OneofModel]
    /// The properties in the order of their declaration.
    let properties: [Property]
    let slots: Int
    let enums: [EnumModel]
    let messages: [MessageModel]

    enum Property {
        case field(FieldModel)
        case oneof(OneofModel)
    }

    var withNested: [MessageModel] { [self] + messages.flatMap(\.withNested) }

    /// Fields and members of oneofs in the order of their numbers.
    var wireFields: [FieldModel] { (fields + oneofs.flatMap(\.members)).sorted { $0.number < $1.number } }
}

struct ServiceModel {
    let protoName: String
    let name: String
    /// The name that users know it by, where generated code uses another.
    let deprecatedName: String?
    let comments: [String]
    let methods: [MethodModel]
}

struct MethodModel {
    enum Kind: String {
        case unary, serverStreaming, clientStreaming, bidirectional
    }

    let protoName: String
    let name: String
    let kind: Kind
    let request: String
    let response: String
    /// The case of `Idempotency`; `nil` when unspecified.
    let idempotency: String?
    let comments: [String]
    let isDeprecated: Bool
}
