// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Turns a file's descriptor into its model.
struct ModelBuilder {
    private let names: SwiftNames
    private let sizes = InlineSize()
    private let options: GeneratorOptions

    init(_ options: GeneratorOptions) {
        self.options = options
        names = SwiftNames(options)
    }

    func build(_ file: FileDescriptor) throws -> FileModel {
        try refuseUnsupported(file)
        if options.messages == .swiftProtobuf, !file.services.isEmpty { try SwiftNames.refuseHidingNames(of: file) }
        let embedded = EmbeddedDescriptor(file)
        return FileModel(
            path: file.name,
            identifier: ModelBuilder.identifier(file),
            descriptor: try embedded.serialized(),
            imports: embedded.imports.map(ModelBuilder.identifier),
            modules: options.modules.needed(by: file, embedded, options),
            enums: options.messages == .native ? file.enums.map(build) : [],
            messages: options.messages == .native ? try file.messages.map(build) : [],
            services: options.client || options.server ? file.services.map(build) : [])
    }

    /// `google/rpc/status.proto` becomes `google_rpc_status_proto`.
    static func identifier(_ file: FileDescriptor) -> String {
        let name = String(decoding: file.name.utf8.map { $0.isIdentifier ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        return name.first.map(\.isNumber) == true ? "_" + name : name
    }

    private func refuseUnsupported(_ file: FileDescriptor) throws {
        if file.edition == .proto3 || file.edition == .proto2 { return }
        var withLocations = ExtractProtoOptions()
        withLocations.includeSourceCodeInfo = true
        let locations = file.extractProto(options: withLocations).sourceCodeInfo.location
        throw GeneratorError(
            "editions are not supported; declare syntax = \"proto3\" or \"proto2\"", in: file,
            at: locations.first { $0.path == [12] || $0.path == [14] })
    }

    // MARK: Comments

    private func comments(_ declaration: some ProvidesSourceCodeLocation) -> [String] {
        guard options.comments else { return [] }
        var lines = declaration.protoSourceComments(commentPrefix: "").split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { line in
            let end = line.lastIndex { !$0.isWhitespace }
            return end.map { String(line[...$0]) } ?? ""
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    // MARK: Enums

    private func build(_ declaration: EnumDescriptor) -> EnumModel {
        var values: [EnumModel.Value] = []
        var aliases: [EnumModel.Alias] = []
        for value in declaration.values {
            let name = names.enumCase(value)
            if let original = values.first(where: { $0.number == value.number }) {
                let isTaken = values.contains { $0.name == name } || aliases.contains { $0.name == name }
                if isTaken { continue }
                // Its code names the case.
                let isDeprecated = value.options.deprecated || original.isDeprecated
                aliases.append(EnumModel.Alias(name: name, original: original.name, isDeprecated: isDeprecated))
            } else {
                values.append(
                    EnumModel.Value(
                        name: name, number: value.number, comments: comments(value),
                        isDeprecated: value.options.deprecated))
            }
        }
        return EnumModel(
            protoName: declaration.fullName, name: names.relative(declaration),
            deprecatedName: deprecated(names.known(declaration), as: names.relative(declaration)),
            isClosed: declaration.isClosed,
            comments: comments(declaration),
            values: values, aliases: aliases, protoNames: declaration.values.map { ($0.number, $0.name) })
    }

    private func deprecated(_ known: String, as name: String) -> String? { known == name ? nil : known }

    // MARK: Messages

    private func build(_ message: Descriptor) throws -> MessageModel {
        var slot = 3
        var fields: [FieldModel] = []
        var oneofs = message.realOneofs.map { oneof in
            OneofModel(
                type: names.type(oneof), name: names.property(oneof),
                comments: comments(oneof), members: [])
        }
        let sorted = try message.fields.map(build).sorted { $0.number < $1.number }
        for var field in sorted where field.oneof == nil {
            field.slot = slot
            slot += field.slots
            fields.append(field)
        }
        for index in oneofs.indices {
            for var member in sorted where member.oneof == index {
                member.slot = slot
                slot += member.slots
                oneofs[index].members.append(member)
            }
        }
        return MessageModel(
            protoName: message.fullName, name: names.relative(message),
            deprecatedName: deprecated(names.known(message), as: names.relative(message)),
            fullName: names.full(message),
            comments: comments(message),
            fields: fields, oneofs: oneofs, properties: properties(of: message, fields, oneofs), slots: slot,
            enums: message.enums.map(build),
            messages: try message.messages.filter { !$0.options.mapEntry }.map(build))
    }

    /// Fields where they are declared; a oneof where its first member is.
    private func properties(
        of message: Descriptor, _ fields: [FieldModel], _ oneofs: [OneofModel]
    ) -> [MessageModel.Property] {
        var properties: [MessageModel.Property] = []
        var seen: Set<Int> = []
        for declared in message.fields {
            if let oneof = declared.realContainingOneof.flatMap({ index(of: $0) }) {
                if seen.insert(oneof).inserted { properties.append(.oneof(oneofs[oneof])) }
            } else if let field = fields.first(where: { $0.number == declared.number }) {
                properties.append(.field(field))
            }
        }
        return properties
    }

    private func index(of oneof: OneofDescriptor) -> Int? {
        oneof.containingType.realOneofs.firstIndex { $0 === oneof }
    }

    private func build(_ field: FieldDescriptor) throws -> FieldModel {
        if field.type == .group {
            throw GeneratorError(
                "groups are not supported; declare \(field.messageType.name) as a message and a field of it",
                in: field.file,
                at: field.sourceCodeInfoLocation)
        }
        let value = field.isMap ? field.messageType.mapKeyAndValue : nil
        let isSingularMessage = field.type == .message && !field.isRepeated
        return FieldModel(
            number: Int(field.number), protoName: field.name, jsonName: ModelBuilder.chosenJSONName(field),
            name: names.property(field),
            type: type(of: value?.value ?? field),
            shape: shape(of: field, key: value.map { type(of: $0.key) }),
            comments: comments(field),
            isDeprecated: field.options.deprecated,
            explicitDefault: DefaultValue(field, names).expression,
            isBoxed: isSingularMessage && sizes.isBoxed(field),
            oneof: field.realContainingOneof.flatMap { index(of: $0) })
    }

    /// protoc states the JSON name of every field; `nil` for those that have the usual one.
    private static func chosenJSONName(_ field: FieldDescriptor) -> String? {
        field.jsonName.flatMap { $0 == NamingUtils.toJsonFieldName(field.name) ? nil : $0 }
    }

    private func shape(of field: FieldDescriptor, key: ValueType?) -> FieldModel.Shape {
        if let key { return .map(key: key) }
        if field.isRepeated { return field.isPacked ? .packed : .repeated }
        if field.isRequired { return .required }
        return field.hasPresence ? .optional : .implicit
    }

    private func type(of field: FieldDescriptor) -> ValueType {
        switch field.type {
        case .double: .plain("double", swift: "Double")
        case .float: .plain("float", swift: "Float")
        case .int64: .plain("int64", swift: "Int64")
        case .uint64: .plain("uint64", swift: "UInt64")
        case .int32: .plain("int32", swift: "Int32")
        case .fixed64: .plain("fixed64", swift: "UInt64")
        case .fixed32: .plain("fixed32", swift: "UInt32")
        case .bool: .plain("bool", swift: "Bool")
        case .string: .plain("string", swift: "String")
        case .bytes: .plain("bytes", swift: "[UInt8]")
        case .uint32: .plain("uint32", swift: "UInt32")
        case .sfixed32: .plain("sfixed32", swift: "Int32")
        case .sfixed64: .plain("sfixed64", swift: "Int64")
        case .sint32: .plain("sint32", swift: "Int32")
        case .sint64: .plain("sint64", swift: "Int64")
        case .enum:
            .enum(swift: names.full(field.enumType), zero: names.first(of: field.enumType))
        case .message, .group: .message(swift: names.full(field.messageType))
        }
    }

    // MARK: Services

    private func build(_ service: SwiftProtobufPluginLibrary.ServiceDescriptor) -> ServiceModel {
        ServiceModel(
            protoName: service.fullName, name: names.relative(service),
            deprecatedName: deprecated(names.known(service), as: names.relative(service)),
            comments: comments(service),
            methods: service.methods.map(build))
    }

    private func build(_ method: MethodDescriptor) -> MethodModel {
        let kind: MethodModel.Kind =
            switch (method.clientStreaming, method.serverStreaming) {
            case (false, false): .unary
            case (false, true): .serverStreaming
            case (true, false): .clientStreaming
            case (true, true): .bidirectional
            }
        let idempotency: String? =
            switch method.options.idempotencyLevel {
            case .idempotencyUnknown: nil
            case .noSideEffects: "noSideEffects"
            case .idempotent: "idempotent"
            }
        return MethodModel(
            protoName: method.name, name: names.method(method), kind: kind,
            request: names.full(method.inputType), response: names.full(method.outputType),
            idempotency: idempotency, comments: comments(method), isDeprecated: method.options.deprecated)
    }
}
