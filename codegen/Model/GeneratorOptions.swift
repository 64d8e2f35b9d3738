// SPDX-License-Identifier: Apache-2.0

/// What `--skein_opt=name=value,…` chooses.
public struct GeneratorOptions: Equatable {
    enum Visibility: String, CaseIterable {
        case `public`, package, `internal`
    }

    /// Which of Skein's modules a generated file imports.
    enum Imports: Equatable {
        /// `Skein` for a file with services, `SkeinProtobuf` for one with messages only.
        case automatic
        /// These, in this order: for files that live inside of Skein's own modules.
        case modules([String])
    }

    /// How a generated file is named.
    enum Paths: String, CaseIterable {
        /// Next to where its `.proto` file lies: `google/rpc/status.skein.swift`.
        case tree
        /// Without folders: `google_rpc_status.skein.swift`.
        case flat
        /// By its last part: `status.skein.swift`.
        case name
    }

    /// Where the types of messages come from.
    enum Messages: String, CaseIterable {
        /// They are generated.
        case native
        /// protoc-gen-swift generates them.
        case swiftProtobuf = "swift-protobuf"
        /// Generated before, usually for another module.
        case none
    }

    var visibility = Visibility.public
    var imports = Imports.automatic
    var paths = Paths.tree
    var messages = Messages.native
    var modules = ModuleMap()
    /// Whether comments of the `.proto` file become documentation.
    var comments = true
    /// Whether services get a `Client`, and a `Service` protocol. With neither there is no code for services.
    var client = true
    var server = true

    static let all = [
        "visibility=public|package|internal", "imports=auto|none|MODULE+MODULE…", "paths=tree|flat|name",
        "file_naming=FullPath|PathToUnderscores|DropPath", "comments=true|false", "client=true|false",
        "server=true|false", "messages=native|swift-protobuf|none", "module=PROTO:MODULE", "module_mappings=PATH",
    ]

    public init() {}

    /// Throws an error that names what is valid for an unknown option or value.
    init(_ pairs: [(key: String, value: String)]) throws {
        for (key, value) in pairs {
            switch key {
            case "visibility": visibility = try GeneratorOptions.choice(value, of: key)
            case "paths": paths = try GeneratorOptions.choice(value, of: key)
            case "file_naming": paths = try GeneratorOptions.fileNaming(value)
            case "comments": comments = try GeneratorOptions.flag(value, of: key)
            case "client": client = try GeneratorOptions.flag(value, of: key)
            case "server": server = try GeneratorOptions.flag(value, of: key)
            case "messages": messages = try GeneratorOptions.choice(value, of: key)
            case "imports": imports = try GeneratorOptions.imports(value)
            case "module": try modules.add(value)
            case "module_mappings": try modules.add(contentsOf: value)
            default:
                let valid = GeneratorOptions.all.joined(separator: ", ")
                throw GeneratorError("unknown option \"\(key)\"; valid are \(valid)")
            }
        }
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: String, of key: String
    ) throws -> Choice where Choice.RawValue == String {
        if let choice = Choice(rawValue: value) { return choice }
        let valid = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw GeneratorError("option \(key)=\(value): expected one of \(valid)")
    }

    private static func flag(_ value: String, of key: String) throws -> Bool {
        if let flag = Bool(value) { return flag }
        throw GeneratorError("option \(key)=\(value): expected true or false")
    }

    /// The names that swift-protobuf has for `paths`.
    private static func fileNaming(_ value: String) throws -> Paths {
        switch value {
        case "FullPath": return .tree
        case "PathToUnderscores": return .flat
        case "DropPath": return .name
        default:
            throw GeneratorError(
                "option file_naming=\(value): expected one of FullPath, PathToUnderscores, DropPath")
        }
    }

    private static func imports(_ value: String) throws -> Imports {
        switch value {
        case "auto": return .automatic
        case "none": return .modules([])
        default:
            let modules = value.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
            let isName = { (name: String) in !name.isEmpty && name.utf8.allSatisfy { $0.isIdentifier } }
            if modules.allSatisfy(isName) { return .modules(modules) }
            throw GeneratorError("option imports=\(value): expected auto, none, or module names joined by +")
        }
    }
}

extension UInt8 {
    /// Whether it is an ASCII letter, digit or underscore.
    var isIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
