// SPDX-License-Identifier: Apache-2.0

/// What `--skein_opt=name=value,…` chooses.
public struct GeneratorOptions: Equatable {
    enum Visibility: String, CaseIterable {
        case `public`, package, `internal`
    }

    /// Which modules a generated file imports.
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
    }

    var visibility = Visibility.public
    var imports = Imports.automatic
    var paths = Paths.tree
    /// Whether comments of the `.proto` file become documentation.
    var comments = true
    /// Whether services get a `Client`, and a `Service` protocol.
    var client = true
    var server = true

    static let all = [
        "visibility=public|package|internal", "imports=auto|none|MODULE+MODULE…", "paths=tree|flat",
        "comments=true|false", "client=true|false", "server=true|false",
    ]

    public init() {}

    /// Throws an error that names what is valid for an unknown option or value.
    init(_ pairs: [(key: String, value: String)]) throws {
        for (key, value) in pairs {
            switch key {
            case "visibility": visibility = try GeneratorOptions.choice(value, of: key)
            case "paths": paths = try GeneratorOptions.choice(value, of: key)
            case "comments": comments = try GeneratorOptions.flag(value, of: key)
            case "client": client = try GeneratorOptions.flag(value, of: key)
            case "server": server = try GeneratorOptions.flag(value, of: key)
            case "imports": imports = try GeneratorOptions.imports(value)
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
