// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a command finds around it: variables, its own place, the current folder.
struct ToolEnvironment: Sendable {
    var variables: [String: String]
    /// This program.
    var executable: URL?
    var folder: URL

    static var current: ToolEnvironment {
        ToolEnvironment(
            variables: ProcessInfo.processInfo.environment,
            executable: Bundle.main.executableURL?.resolvingSymlinksInPath(),
            folder: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory))
    }

    /// A path as the user gave it, seen from the current folder.
    func url(_ path: String) -> URL {
        URL(filePath: path, relativeTo: folder).absoluteURL
    }

    /// The same path in its only spelling: from the root, without `.` and `..` and a slash at the end.
    func absolute(_ path: String) -> String {
        let full = url(path).standardized.path(percentEncoded: false)
        return full.count > 1 && full.hasSuffix("/") ? String(full.dropLast()) : full
    }

    func isFile(_ path: String) -> Bool {
        kind(path) == .file
    }

    func isFolder(_ path: String) -> Bool {
        kind(path) == .folder
    }

    private enum Kind {
        case file
        case folder
    }

    private func kind(_ path: String) -> Kind? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url(path).path(percentEncoded: false), isDirectory: &isDirectory)
        else { return nil }
        return isDirectory.boolValue ? .folder : .file
    }

    /// The names in the folder that holds `path`.
    func siblings(of path: String) -> [String] {
        let folder = url(path).deletingLastPathComponent().path(percentEncoded: false)
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// The program that `variable` names; without the variable the one beside this program, if asked for, or on PATH.
    func find(_ program: String, variable: String, besideExecutable: Bool = false) throws(ToolNotFound) -> URL {
        if let path = variables[variable], !path.isEmpty {
            guard isExecutable(url(path)) else {
                throw ToolNotFound(message: "\(variable) names \(path), which is not a program")
            }
            return url(path)
        }
        var folders = (variables["PATH"] ?? "").split(separator: ":").map { url(String($0)) }
        if besideExecutable, let executable { folders.insert(executable.deletingLastPathComponent(), at: 0) }
        let places = folders.map { $0.appending(component: program) }
        guard let found = places.first(where: isExecutable) else {
            throw ToolNotFound(message: "no \(program) on PATH and no \(variable) in the environment")
        }
        return found
    }

    private func isExecutable(_ url: URL) -> Bool {
        let path = url.path(percentEncoded: false)
        return FileManager.default.isExecutableFile(atPath: path) && isFile(path)
    }
}

/// A program that is not there.
struct ToolNotFound: Error {
    var message: String
}
