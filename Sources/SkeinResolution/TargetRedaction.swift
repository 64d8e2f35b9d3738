// SPDX-License-Identifier: Apache-2.0

/// Targets as they may be logged: without passwords and tokens.
enum TargetRedaction {
    /// Parameters whose values nobody else may see.
    static let secrets: Set<String> = ["auth", "credentials", "password", "secret", "sentinel-password", "token"]

    /// `text` with `***` for the user and password before an `@`, and for the values of secret parameters.
    static func redacted(_ text: String) -> String {
        var result = withoutUsers(text)
        guard let mark = result.firstIndex(of: "?") else { return result }
        let parameters = result[result.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
        let shown = parameters.map { parameter -> Substring in
            let name = parameter.prefix { $0 != "=" }
            guard isSecret(name), name.endIndex < parameter.endIndex else { return parameter }
            return "\(name)=***"
        }
        result.replaceSubrange(result.index(after: mark)..., with: shown.joined(separator: "&"))
        return result
    }

    /// A name that is written with escapes may be any.
    private static func isSecret(_ name: Substring) -> Bool {
        name.contains("%") || secrets.contains(name.lowercased())
    }

    /// Without what stands between the scheme and an `@`: of the target itself, and of URLs among its parameters.
    private static func withoutUsers(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let slashes = rest.firstRange(of: "://") {
            result += rest[..<slashes.upperBound]
            rest = rest[slashes.upperBound...]
            guard let at = endOfUser(rest) else { continue }
            result += "***"
            rest = rest[at...]
        }
        return result + (result.isEmpty ? withoutUser(rest) : String(rest))
    }

    /// Of `scheme:user:password@host`, which lacks its slashes.
    private static func withoutUser(_ text: Substring) -> String {
        guard let at = text.lastIndex(of: "@"), let colon = text[..<at].firstIndex(of: ":"),
            text[..<at].lastIndex(of: ":") != colon
        else { return String(text) }
        return text[...colon] + "***" + text[at...]
    }

    private static func endOfUser(_ rest: Substring) -> Substring.Index? {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // Who reads the target may decode it before looking for the end of the user.
        let ends = ["@", "%40"].flatMap { authority.ranges(of: $0) }
        if let at = ends.map(\.lowerBound).max() { return at }
        // A password may have one of the three in it that was not escaped.
        return authority.contains(":") ? rest.lastIndex(of: "@") : nil
    }
}
