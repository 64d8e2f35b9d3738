// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Takes a target's text apart.
struct TargetParser {
    private let text: String
    private let schemes: [String]

    init(_ text: String, schemes: [String]) {
        self.text = text
        self.schemes = schemes
    }

    func parse() throws(ConfigurationError) -> Target {
        guard !text.isEmpty else { throw error(at: 0, "a target such as greeter:50051 or dns:///greeter:50051") }
        for (offset, character) in text.enumerated() where character.isWhitespace || character < " " {
            throw error(at: offset, "no spaces or control characters")
        }
        guard let word = try scheme() else { return try parse(rest: text[...], scheme: "dns", isHierarchical: false) }
        let rest = text.dropFirst(word.count + 1)
        return try parse(rest: rest, scheme: word.lowercased(), isHierarchical: rest.hasPrefix("//"))
    }

    private func error(at offset: Int, _ expected: String) -> ConfigurationError {
        Target.error(text, at: offset, expected: expected)
    }

    /// The word before the first colon when it is a scheme rather than a host.
    private func scheme() throws(ConfigurationError) -> Substring? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let word = text[..<colon]
        guard let first = word.utf8.first, TargetParser.isLetter(first), word.utf8.allSatisfy(TargetParser.isSchemeByte)
        else { return nil }
        let rest = text[text.index(after: colon)...]
        if rest.hasPrefix("//") || schemes.contains(word.lowercased()) { return word }
        // Not `host:port`, yet nearly a scheme: a slip that a look-up of a strange host name would hide.
        let port = rest.prefix { $0 != "?" }
        if !port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), Spelling.nearest(String(word), in: schemes) != nil {
            throw error(at: 0, TargetParser.expectedScheme(String(word), schemes))
        }
        return nil
    }

    static func expectedScheme(_ word: String, _ schemes: [String]) -> String {
        "a scheme out of \(schemes.joined(separator: ", "))\(Spelling.hint(for: word, in: schemes)), or host:port"
    }

    private func parse(rest: Substring, scheme: String, isHierarchical: Bool) throws(ConfigurationError) -> Target {
        var rest = rest
        var authority: Substring = ""
        if isHierarchical {
            authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            rest = text[authority.endIndex...]
        }
        if let hash = rest.firstIndex(of: "#") { throw error(at: offset(hash), "no fragment; write %23 for a #") }
        let path = rest.prefix { $0 != "?" }
        let query = path.endIndex < rest.endIndex ? rest[path.endIndex...].dropFirst() : ""
        return Target(
            scheme: scheme, authority: try decoded(authority), absolutePath: try decoded(path),
            query: try parameters(query), text: text, pathOffset: offset(path.startIndex))
    }

    private func offset(_ index: String.Index) -> Int { text.distance(from: text.startIndex, to: index) }

    private func parameters(_ query: Substring) throws(ConfigurationError) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in query.split(separator: "&") {
            let name = part.prefix { $0 != "=" }
            guard !name.isEmpty else { throw error(at: offset(part.startIndex), "a parameter as name=value") }
            let value = name.endIndex < part.endIndex ? part[name.endIndex...].dropFirst() : ""
            guard parameters.updateValue(try decoded(value), forKey: try decoded(name)) == nil else {
                throw error(at: offset(part.startIndex), "each parameter once")
            }
        }
        return parameters
    }

    private func decoded(_ part: Substring) throws(ConfigurationError) -> String {
        guard part.contains("%") else { return String(part) }
        var bytes: [UInt8] = []
        var rest = part[...]
        while let character = rest.first {
            guard character == "%" else {
                bytes.append(contentsOf: character.utf8)
                rest.removeFirst()
                continue
            }
            let digits = rest.dropFirst().prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit), let byte = UInt8(digits, radix: 16) else {
                throw error(at: offset(rest.startIndex), "two hex digits after %")
            }
            bytes.append(byte)
            rest = rest.dropFirst(3)
        }
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw error(at: offset(part.startIndex), "percent escapes that make UTF-8")
        }
        return result
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
    }
}
