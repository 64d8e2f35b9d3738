// SPDX-License-Identifier: Apache-2.0

/// What protoc wrote, turned into diagnostics.
struct ProtocReport {
    /// The folders that protoc looked in.
    var folders: [String]
    var isFile: (String) -> Bool

    /// The diagnostics of a run that ended with `status`.
    func diagnostics(_ output: String, status: Int32) -> [Diagnostic] {
        var found = withoutEchoes(output.split(whereSeparator: \.isNewline).map { diagnostic(String($0)) })
        if status == 0 {
            // Whatever a run that succeeded had to say was no error.
            for index in found.indices where found[index].severity == .error { found[index].severity = .warning }
        } else if !found.contains(where: { $0.severity == .error }) {
            found.append(Diagnostic(message: "protoc ended with status \(status)"))
        }
        return found
    }

    /// An import that is not found makes protoc complain about each use of what it declares: only the import is news.
    private func withoutEchoes(_ found: [Diagnostic]) -> [Diagnostic] {
        let absent = Set(found.compactMap { $0.message == Self.notFound ? $0.file : nil })
        let missing = absent.intersection(found.compactMap(importedFile))
        guard !missing.isEmpty else { return found }
        return found.flatMap { diagnostic -> [Diagnostic] in
            if diagnostic.message == Self.notFound || diagnostic.message.hasSuffix(" is not defined.") { return [] }
            guard let name = importedFile(diagnostic), missing.contains(name) else { return [diagnostic] }
            return [diagnostic, Diagnostic(severity: .note, message: advice(on: name, for: diagnostic.file))]
        }
    }

    private static let notFound = "File not found."

    private func importedFile(_ diagnostic: Diagnostic) -> String? {
        diagnostic.message.wholeMatch(of: /Import "(.+)" was not found or had errors\./).map { String($0.1) }
    }

    /// Where an import that was not found could come from: a folder above the file that names it, if it is there.
    private func advice(on name: String, for file: String?) -> String {
        var folder = (file ?? "").split(separator: "/", omittingEmptySubsequences: false).dropLast()
        while !folder.isEmpty {
            let path = folder.joined(separator: "/")
            if isFile("\(path)/\(name)") { return "it is in \(path): add -I \(path)" }
            folder.removeLast()
        }
        return "looked for in: \(folders.joined(separator: ", ")); -I adds a folder"
    }

    /// protoc names files as imports do, seen from one of its folders; this is the path from the current one.
    private func locate(_ name: String) -> String {
        folders.map { $0 == "." ? name : "\($0)/\(name)" }.first(where: isFile) ?? name
    }

    private func diagnostic(_ line: String) -> Diagnostic {
        // `--skein_out: …` is the generator's own message.
        if let match = line.wholeMatch(of: /--skein_out: (.*)/) {
            return diagnostic(String(match.1))
        }
        // `a.proto:3:1: Expected ";".`, with `warning: ` before the message where it is one
        if let match = line.wholeMatch(of: /(.+?):(\d+):(\d+): (.*)/) {
            let (severity, message) = classify(match.4)
            let position = Diagnostic.Position(line: Int(match.2) ?? 1, column: Int(match.3) ?? 1)
            return Diagnostic(
                severity: severity, file: locate(String(match.1)), position: position, message: message)
        }
        // `[libprotobuf WARNING parser.cc:646] No syntax specified …`
        if let match = line.wholeMatch(of: /\[libprotobuf ([A-Z]+) [^\]]*\] (.*)/) {
            return Diagnostic(severity: match.1 == "WARNING" ? .warning : .error, message: String(match.2))
        }
        // `a.proto: File not found.`
        if let match = line.wholeMatch(of: /(\S+\.proto): (.*)/) {
            let (severity, message) = classify(match.2)
            return Diagnostic(severity: severity, file: locate(String(match.1)), message: message)
        }
        let (severity, message) = classify(line[...])
        return Diagnostic(severity: severity, message: message)
    }

    /// Splits `warning: ` and the like off a message; without any it is an error.
    private func classify(_ text: Substring) -> (Diagnostic.Severity, String) {
        for severity in [Diagnostic.Severity.error, .warning, .note] {
            let prefix = "\(severity.rawValue): "
            if text.lowercased().hasPrefix(prefix) { return (severity, String(text.dropFirst(prefix.count))) }
        }
        return (.error, String(text))
    }
}
