// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The descriptor that a generated file carries for reflection: without comments, without definitions of custom options,
/// and without the imports that only those need, since no Swift file may exist for them.
struct EmbeddedDescriptor {
    private let file: FileDescriptor
    let imports: [FileDescriptor]
    /// The names of the other files that declare what this one uses.
    let typeFiles: Set<String>
    /// Those of them that declare what its methods use.
    let methodFiles: Set<String>

    init(_ file: FileDescriptor) {
        self.file = file
        let needed = EmbeddedDescriptor.filesOfTypes(in: file)
        typeFiles = needed
        methodFiles = EmbeddedDescriptor.filesOfMethods(in: file)
        imports = file.dependencies.filter { dependency in
            let exported = EmbeddedDescriptor.exported(by: dependency)
            return !needed.isDisjoint(with: exported)
                || file.publicDependencies.contains { $0.name == dependency.name }
        }
    }

    func serialized() throws -> [UInt8] {
        var proto = file.extractProto()
        let names = imports.map(\.name)
        let publicNames = Set(file.publicDependencies.map(\.name))
        proto.dependency = names
        proto.publicDependency = names.indices.filter { publicNames.contains(names[$0]) }.map(Int32.init)
        proto.weakDependency = []
        proto.extension = EmbeddedDescriptor.trimmed(proto.extension, file.extensions)
        for (index, message) in file.messages.enumerated() {
            EmbeddedDescriptor.trim(&proto.messageType[index], message)
        }
        return try proto.serializedBytes()
    }

    /// The names of the files that declare what `file` uses.
    private static func filesOfTypes(in file: FileDescriptor) -> Set<String> {
        var fields = file.extensions
        var open = file.messages
        while let message = open.popLast() {
            open += message.messages
            fields += message.fields + message.extensions
        }
        var names: Set<String> = []
        for field in fields where !isOption(field) {
            if let type = field.messageType { names.insert(type.file.name) }
            if let type = field.enumType { names.insert(type.file.name) }
            if field.isExtension { names.insert(field.containingType.file.name) }
        }
        names.remove(file.name)
        return names.union(filesOfMethods(in: file))
    }

    private static func filesOfMethods(in file: FileDescriptor) -> Set<String> {
        let names = file.services.flatMap(\.methods).flatMap { [$0.inputType.file.name, $0.outputType.file.name] }
        return Set(names).subtracting([file.name])
    }

    /// `file` and what it imports publicly.
    private static func exported(by file: FileDescriptor) -> Set<String> {
        file.publicDependencies.reduce([file.name]) { $0.union(exported(by: $1)) }
    }

    /// Whether `field` is a custom option, which extends a message of descriptor.proto.
    private static func isOption(_ field: FieldDescriptor) -> Bool {
        field.isExtension && field.containingType.file.name == "google/protobuf/descriptor.proto"
    }

    private static func trim(_ proto: inout Google_Protobuf_DescriptorProto, _ message: Descriptor) {
        proto.field = trimmed(proto.field, message.fields)
        proto.extension = trimmed(proto.extension, message.extensions)
        for (index, nested) in message.messages.enumerated() { trim(&proto.nestedType[index], nested) }
    }

    /// protoc states the JSON name of every field; only one that was chosen is worth its bytes.
    private static func trimmed(
        _ protos: [Google_Protobuf_FieldDescriptorProto], _ fields: [FieldDescriptor]
    ) -> [Google_Protobuf_FieldDescriptorProto] {
        zip(protos, fields).filter { !isOption($1) }.map { proto, _ in
            var proto = proto
            if proto.jsonName == NamingUtils.toJsonFieldName(proto.name) { proto.clearJsonName() }
            return proto
        }
    }
}
