// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore

/// One run of the generator: checks what was asked for, runs protoc, reports.
struct GenerateRequest: Sendable {
    var files: [String]
    var include: [String]
    var out: String
    /// For the generator, as `name=value`.
    var options: [String]

    /// What there is to report; nothing after a run without complaints.
    func run(in environment: ToolEnvironment) -> [Diagnostic] {
        let missing = missingInputs(in: environment)
        guard missing.isEmpty else { return missing }
        do {
            let protoc = try Self.findProtoc(environment)
            let plugin = try Self.findPlugin(environment)
            let folder = environment.url(out)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let result = try ProgramRun(
                program: protoc, arguments: arguments(plugin: plugin, in: environment), folder: environment.folder
            ).run()
            let report = ProtocReport(folders: folders(in: environment), isFile: environment.isFile)
            return report.diagnostics(result.output, status: result.status)
        } catch let error as ToolNotFound {
            return [Diagnostic(message: error.message)]
        } catch {
            return [Diagnostic(message: error.localizedDescription)]
        }
    }

    /// The folders given, or the current one; and for a file outside all of them, its own.
    func folders(in environment: ToolEnvironment) -> [String] {
        var folders = include.isEmpty ? ["."] : include
        for file in files where environment.isFile(file) {
            let path = environment.absolute(file)
            if !folders.contains(where: { path.hasPrefix(environment.absolute($0) + "/") }) {
                folders.append((file as NSString).deletingLastPathComponent)
            }
        }
        return folders
    }

    /// protoc compares paths letter by letter, so it is given absolute ones.
    func arguments(plugin: URL, in environment: ToolEnvironment) -> [String] {
        folders(in: environment).map { "-I\(environment.absolute($0))" }
            + ["--plugin=protoc-gen-skein=\(plugin.path(percentEncoded: false))"]
            + options.map { "--skein_opt=\($0)" }
            + ["--skein_out=\(environment.absolute(out))"]
            + files.map { environment.absolute(location(of: $0, in: environment) ?? $0) }
    }

    /// Where a file is that was named by its path or, as imports do, seen from one of the folders.
    private func location(of file: String, in environment: ToolEnvironment) -> String? {
        ([file] + include.map { "\($0)/\(file)" }).first(where: environment.isFile)
    }

    /// A complaint about each file and folder that is not there, with the nearest name that is.
    private func missingInputs(in environment: ToolEnvironment) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for folder in include where !environment.isFolder(folder) {
            let hint = Self.hint(for: folder, in: environment)
            diagnostics.append(Diagnostic(file: folder, message: "no such folder to look for imports in\(hint)"))
        }
        for file in files {
            if environment.isFolder(file) {
                diagnostics.append(Diagnostic(file: file, message: "is a folder; name the .proto files in it"))
            } else if location(of: file, in: environment) == nil {
                let hint = Self.hint(for: file, in: environment)
                diagnostics.append(Diagnostic(file: file, message: "no such file\(hint)"))
            }
        }
        return diagnostics
    }

    private static func hint(for path: String, in environment: ToolEnvironment) -> String {
        Spelling.hint(for: (path as NSString).lastPathComponent, in: environment.siblings(of: path))
    }

    private static func findProtoc(_ environment: ToolEnvironment) throws(ToolNotFound) -> URL {
        do {
            return try environment.find("protoc", variable: "SKEIN_PROTOC")
        } catch {
            let install = "apt-get install protobuf-compiler (Debian), brew install protobuf (macOS)"
            throw ToolNotFound(message: "\(error.message); install it: \(install)")
        }
    }

    private static func findPlugin(_ environment: ToolEnvironment) throws(ToolNotFound) -> URL {
        do {
            return try environment.find("protoc-gen-skein", variable: "SKEIN_PLUGIN", besideExecutable: true)
        } catch {
            throw ToolNotFound(message: "\(error.message); build it: swift build --product protoc-gen-skein")
        }
    }
}
