// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
public import SwiftProtobufPluginLibrary

/// The generator as a protoc plugin: descriptors in, one Swift file per `.proto` file out.
public struct Generator: CodeGenerator {
    public init() {}

    public var supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] { [.proto3Optional] }

    public func generate(
        files: [FileDescriptor], parameter: any CodeGeneratorParameter, protoCompilerContext: any ProtoCompilerContext,
        generatorOutputs: any GeneratorOutputs
    ) throws {
        let options = try GeneratorOptions(parameter.parsedPairs)
        let builder = ModelBuilder(options)
        for file in files {
            let text = FileRenderer(file: try builder.build(file), options: options).render()
            try generatorOutputs.add(fileName: Generator.outputName(file.name, options.paths), contents: text)
        }
    }

    private static func outputName(_ path: String, _ paths: GeneratorOptions.Paths) -> String {
        let stem = path.hasSuffix(".proto") ? String(path.dropLast(6)) : path
        let name =
            switch paths {
            case .tree: stem
            case .flat: String(stem.map { $0 == "/" ? "_" : $0 })
            case .name: stem.split(separator: "/").last.map(String.init) ?? stem
            }
        return name + ".skein.swift"
    }
}
