// SPDX-License-Identifier: Apache-2.0

/// The compressors that a channel or a server knows: it reads what they wrote, and says so to its peers.
public struct CompressorRegistry: Sendable {
    private var compressors: [any Compressor] = []

    /// The value of `grpc-accept-encoding`.
    package private(set) var acceptEncoding = "identity"

    /// Knows none: messages are neither compressed nor read compressed.
    public init() {}

    /// Adds `compressor`, in place of one of the same name.
    public mutating func register(_ compressor: any Compressor) {
        compressors.removeAll { $0.name == compressor.name }
        compressors.append(compressor)
        acceptEncoding = (["identity"] + names).joined(separator: ",")
    }

    /// What is registered, without `identity`.
    public var names: [String] { compressors.map(\.name) }

    package func find(_ name: String) -> (any Compressor)? { compressors.first { $0.name == name } }

    /// The compressor for a call: `nil` for `identity`. Throws for a name that is not registered.
    package func choose(_ compression: Compression) throws(ConfigurationError) -> (any Compressor)? {
        if compression == .identity { return nil }
        if let compressor = find(compression.name) { return compressor }
        let known = (["identity"] + names).joined(separator: ", ")
        throw ConfigurationError("use compression \(JSONValue.quoted(compression.name)): expected one of \(known)")
    }
}
