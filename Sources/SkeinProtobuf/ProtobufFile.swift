// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A `.proto` file as generated code knows it: its descriptor, for reflection.
///
/// Generated code adds one static property per file: `ProtobufFile.helloworld_helloworld_proto`.
public struct ProtobufFile: Sendable {
    /// The path by which files import it, e.g. `google/rpc/status.proto`.
    public let path: String

    private let base64: String
    private let imported: @Sendable () -> [ProtobufFile]

    /// For generated code: `base64` may be broken into lines; `imports` are the files that this one needs.
    public init(_ path: String, base64: String, imports: @escaping @Sendable () -> [ProtobufFile] = { [] }) {
        self.path = path
        self.base64 = base64
        imported = imports
    }

    /// The files it imports, but for those it imports for custom options only.
    public var imports: [ProtobufFile] { imported() }

    /// The serialised `google.protobuf.FileDescriptorProto`, without comments.
    public var serialized: [UInt8] {
        Base64.decode(base64.utf8.filter { $0 != UInt8(ascii: "\n") }) ?? []
    }

    /// This file, then all that it imports, directly or not, each once.
    public var withImports: [ProtobufFile] {
        var files = [self]
        var paths: Set = [path]
        var next = 0
        while next < files.count {
            for file in files[next].imports where paths.insert(file.path).inserted { files.append(file) }
            next += 1
        }
        return files
    }
}

extension ServiceDescriptor {
    /// For generated code: `file` is the one that declares the service.
    public init(_ name: String, methods: [MethodDescriptor], file: ProtobufFile) {
        self.init(name, methods: methods, fileDescriptors: file.withImports.map(\.serialized))
    }
}
