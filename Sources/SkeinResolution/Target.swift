// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a channel connects to: a URI whose scheme names the resolver (grpc/doc/naming.md).
///
/// `dns:///greeter:50051`, `ipv4:10.0.0.7:443,10.0.0.8:443`, `unix:///run/app.sock`, `file:///etc/endpoints.json`,
/// `static:///orders`. A text without a scheme, `greeter:50051`, is a name for `dns`. Query parameters go to the
/// resolver: `dns:///greeter?refresh=off`.
public struct Target: Sendable, Hashable {
    /// In lower case, e.g. `dns`.
    public let scheme: String
    /// What stands between `//` and the next `/`; mostly empty.
    public let authority: String
    /// The path as written, percent escapes decoded, e.g. `/run/app.sock`; what a resolver of files needs.
    public let absolutePath: String
    /// Parameters after `?`, percent escapes decoded.
    public let query: [String: String]
    private let text: String
    /// Where the path starts in `text`; negative by the length of a scheme that was left out.
    private let pathOffset: Int

    /// The path without the slash at its start, e.g. `greeter:50051`; what most resolvers need.
    public var path: String { absolutePath.hasPrefix("/") ? String(absolutePath.dropFirst()) : absolutePath }

    /// Reads a target. `word:rest` is a URI when `word` is one of the built-in schemes or `rest` starts with `//`.
    public init(_ text: String) throws(ConfigurationError) {
        try self.init(text, schemes: ResolverRegistry.builtIn.schemes)
    }

    /// Reads a target, with `schemes` as the registered ones.
    package init(_ text: String, schemes: [String]) throws(ConfigurationError) {
        self = try TargetParser(text, schemes: schemes).parse()
    }

    init(
        scheme: String, authority: String, absolutePath: String, query: [String: String], text: String, pathOffset: Int
    ) {
        self.scheme = scheme
        self.authority = authority
        self.absolutePath = absolutePath
        self.query = query
        self.text = text
        self.pathOffset = pathOffset
    }

    /// An error about the target: its text, the place, what stands there and what was `expected`.
    ///
    /// `offset` counts characters from the start of `path`.
    public func error(at offset: Int = 0, expected: String) -> ConfigurationError {
        let slash = absolutePath.hasPrefix("/") ? 1 : 0
        return Target.error(text, at: pathOffset + slash + offset, expected: expected)
    }

    static func error(_ text: String, at offset: Int, expected: String) -> ConfigurationError {
        let shown = TargetRedaction.redacted(text)
        let place = "read target \(JSONValue.quoted(shown)) at character \(max(0, offset) + 1)"
        guard shown == text else { return ConfigurationError("\(place): expected \(expected)") }
        let rest = text.dropFirst(max(0, offset)).prefix(40)
        let found = rest.isEmpty ? "the end" : JSONValue.quoted(String(rest))
        return ConfigurationError("\(place): expected \(expected), found \(found)")
    }

    /// An error about a target whose scheme is none of `schemes`.
    package func unknownScheme(_ schemes: [String]) -> ConfigurationError {
        Target.error(text, at: 0, expected: TargetParser.expectedScheme(scheme, schemes))
    }

    /// Throws when the target has a query parameter other than `known`.
    public func allowQuery(_ known: [String]) throws(ConfigurationError) {
        guard let name = query.keys.sorted().first(where: { !known.contains($0) }) else { return }
        let list = known.isEmpty ? "no parameters" : "only " + known.sorted().joined(separator: ", ")
        throw ConfigurationError(
            "read target \(JSONValue.quoted(description)): parameter \(JSONValue.quoted(name)) is unknown"
                + "\(Spelling.hint(for: name, in: known)); \(scheme): takes \(list)")
    }

    /// Throws when the target has an authority, which few resolvers know what to do with.
    public func allowNoAuthority() throws(ConfigurationError) {
        guard !authority.isEmpty else { return }
        throw Target.error(
            text, at: scheme.count + 3, expected: "nothing between // and the next / (as in \(scheme):///path)")
    }

    /// The `:authority` of calls unless the channel or the resolver says otherwise: `path`, percent-encoded.
    public var serviceAuthority: String { Target.serviceAuthority(of: path) }

    /// `name`, percent-encoded as an authority has to be.
    package static func serviceAuthority(of name: String) -> String {
        var output = ""
        for byte in name.utf8 {
            if Target.isAuthorityByte(byte) {
                output.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                output += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return output
    }

    /// Unreserved characters, sub-delimiters and the punctuation of authorities (RFC 3986 section 3.2).
    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "-._~!$&'()*+,;=:[]@".utf8.contains(byte)
        }
    }
}

extension Target: CustomStringConvertible {
    /// The target as it was written, with `***` for passwords and tokens.
    public var description: String { TargetRedaction.redacted(text) }
}
