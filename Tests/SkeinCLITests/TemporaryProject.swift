// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import SkeinCLI

/// A folder of its own for one test, removed with it.
final class TemporaryProject {
    let folder: URL

    init() throws {
        folder = URL(filePath: NSTemporaryDirectory()).appending(
            component: "skein-cli-\(UUID())", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ path: String, _ text: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// A shell script that can be run by its path.
    ///
    /// Another process writes it: a child that this one starts at the same time would keep the file open for writing
    /// for a moment, and a file that is being written cannot be run.
    func writeProgram(_ path: String, _ script: String) throws {
        try write(path + ".text", "#!/bin/sh\n\(script)\n")
        let copy = ProgramRun(
            program: URL(filePath: "/bin/sh"),
            arguments: ["-c", "cat \"$1.text\" > \"$1\" && rm \"$1.text\" && chmod 755 \"$1\"", "sh", path],
            folder: folder)
        guard try copy.run().status == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: path)), as: UTF8.self)
    }

    /// As seen from the folder, with these variables beside the real PATH.
    func environment(_ variables: [String: String] = [:], executable: String? = nil) -> ToolEnvironment {
        let path = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
        return ToolEnvironment(
            variables: path.merging(variables) { $1 }, executable: executable.map { folder.appending(path: $0) },
            folder: folder)
    }
}
