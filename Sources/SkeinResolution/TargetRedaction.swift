// SPDX-License-Identifier: Apache-2.0

/// Targets as they may be logged: without passwords and tokens.
enum TargetRedaction {
    /// Parameters whose values nobody else may see.
    static let secrets: Set<String> = ["auth", "credentials", "password", "secret", "sentinel-password", "token"]

    /// `text` with `***` for the user and password before an `@`, and for the values of secret parameters.
    static func redacted(_ text: String) -> String {
        var result = withoutUser(text)
        guard let mark = result.firstIndex(of: "?") else { return result }
        let parameters = result[result.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
        let shown = parameters.map { parameter -> Substring in
            let name = parameter.prefix { $0 != "=" }
            guard secrets.contains(name.lowercased()), name.endIndex < parameter.endIndex else { return parameter }
            return "\(name)=***"
        }
        result.replaceSubrange(result.index(after: mark)..., with: shown.joined(separator: "&"))
        return result
    }

    private static func withoutUser(_ text: String) -> String {
        guard let slashes = text.firstRange(of: "://") else { return text }
        let authority = text[slashes.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // Who reads the target may decode it before looking for the end of the user.
        let ends = ["@", "%40"].flatMap { authority.ranges(of: $0) }
        guard let at = ends.map(\.lowerBound).max() else { return text }
        return text[..<slashes.upperBound] + "***" + text[at...]
    }
}
