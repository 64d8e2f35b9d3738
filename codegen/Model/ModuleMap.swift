// SPDX-License-Identifier: Apache-2.0
import Foundation
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Which Swift modules hold the code of which `.proto` files.
struct ModuleMap: Equatable {
    /// By the paths of `.proto` files.
    private var modules: [String: String] = [:]

    /// Adds `google/type/date.proto:MyTypes`.
    mutating func add(_ entry: String) throws {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, ModuleMap.isModule(parts[1]) else {
            throw GeneratorError("option module=\(entry): expected PROTO:MODULE, as in google/type/date.proto:MyTypes")
        }
        try add(parts[0], parts[1], "module=\(entry)")
    }

    /// Adds what a file says in the text format of swift-protobuf's module mappings.
    mutating func add(contentsOf path: String) throws {
        let option = "module_mappings=\(path)"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw GeneratorError("option \(option): expected the path of a text file that can be read")
        }
        guard let mappings = try? SwiftProtobuf_GenSwift_ModuleMappings(textFormatString: text) else {
            throw GeneratorError(
                "option \(option): expected entries like "
                    + "mapping { module_name: \"MyTypes\" proto_file_path: \"google/type/date.proto\" }")
        }
        for mapping in mappings.mapping {
            guard ModuleMap.isModule(mapping.moduleName), !mapping.protoFilePath.isEmpty else {
                throw GeneratorError(
                    "option \(option): the mapping of module \"\(mapping.moduleName)\" needs a module_name that is "
                        + "one, and a proto_file_path")
            }
            for proto in mapping.protoFilePath { try add(proto, mapping.moduleName, option) }
        }
    }

    private mutating func add(_ proto: String, _ module: String, _ option: String) throws {
        if let other = modules[proto], other != module {
            throw GeneratorError("option \(option): \(proto) is in module \(other) already, not in \(module)")
        }
        modules[proto] = module
    }

    private static func isModule(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy(\.isIdentifier) }

    /// The modules, beside Skein's and its own, that the Swift file of `file` needs.
    func needed(
        by file: FileDescriptor, _ descriptor: EmbeddedDescriptor, _ options: GeneratorOptions
    ) -> [ImportedModule] {
        var isPublic: [String: Bool] = [:]
        for proto in descriptor.imports { modules[proto.name].map { isPublic[$0] = false } }
        let usesTypes = options.messages == .native ? descriptor.typeFiles : descriptor.methodFiles
        for proto in usesTypes { modules[proto].map { isPublic[$0] = true } }
        if let own = modules[file.name] {
            // Without messages of its own, the file is about those of the module that has them.
            let isAbroad = options.messages != .native && !file.services.isEmpty
            isPublic[own] = isAbroad ? true : nil
        }
        return isPublic.sorted { $0.key < $1.key }.map { ImportedModule(name: $0.key, isUsedPublicly: $0.value) }
    }
}
