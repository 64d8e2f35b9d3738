// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds the system's protoc.
enum ProtocLocator {
    static let variable = "PROTOC_PATH"

    /// Where package managers put it; an IDE that was not started from a shell has a short PATH.
    private static let usualFolders = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin"]

    /// Its path. Throws an error that says how to install it.
    static func find(
        _ environment: [String: String], isProgram: (String) -> Bool = isProgram
    ) throws -> String {
        if let path = environment[variable], !path.isEmpty {
            if isProgram(path) { return path }
            throw ProtoError("run protoc: \(variable) is \"\(path)\", which is not a program; \(advice)")
        }
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let candidates = (folders + usualFolders).map { $0 + "/protoc" }
        if let path = candidates.first(where: isProgram) { return path }
        let searched = folders.isEmpty ? "PATH is empty" : "not in PATH"
        throw ProtoError("find protoc, the protobuf compiler: \(searched); \(advice)")
    }

    private static let advice = """
        install it (Debian, Ubuntu: apt-get install protobuf-compiler; macOS: brew install protobuf) \
        or set \(variable) to the program
        """

    private static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }
}
