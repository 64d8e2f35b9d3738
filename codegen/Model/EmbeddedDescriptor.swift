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
        proto.extension = []
        for index in proto.messageType.indices { EmbeddedDescriptor.trim(&proto.messageType[index]) }
        return try proto.serializedBytes()
    }

    /// The names of the files that declare what `file` uses.
    private static func filesOfTypes(in file: FileDescriptor) -> Set<String> {
        var names: Set<String> = []
        var open = file.messages
        while let message = open.popLast() {
            open += message.messages
            for field in message.fields {
                if let type = field.messageType { names.insert(type.file.name) }
                if let type = field.enumType { names.insert(type.file.name) }
            }
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

    /// protoc states the JSON name of every field; only one that was chosen is worth its bytes.
    private static func trim(_ message: inout Google_Protobuf_DescriptorProto) {
        message.extension = []
        for index in message.field.indices
        where message.field[index].jsonName == NamingUtils.toJsonFieldName(message.field[index].name) {
            message.field[index].clearJsonName()
        }
        for index in message.nestedType.indices { trim(&message.nestedType[index]) }
    }
}
