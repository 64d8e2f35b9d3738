// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs protoc with the plugin that this build made.
enum Protoc {
    struct Outcome {
        let status: Int32
        /// What protoc and the plugin said.
        let errors: String
        /// The generated files, by name.
        let files: [String: String]
    }

    static var goldens: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../codegen/Goldens")
            .standardized
    }

    /// Runs it over `files`, which lie in `root`.
    static func run(_ files: [String], in root: URL, options: String = "") throws -> Outcome {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["protoc", "--plugin=protoc-gen-skein=\(try plugin().path)", "--skein_out=\(output.path)"]
            + (options.isEmpty ? [] : ["--skein_opt=\(options)"])
            + ["-I", root.path] + files
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, errors: String(decoding: said, as: UTF8.self),
            files: try read(output))
    }

    /// Runs it over one file with the given text.
    static func run(text: String, options: String = "") throws -> Outcome {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try Data(text.utf8).write(to: root.appendingPathComponent("test.proto"))
        return try run(["test.proto"], in: root, options: options)
    }

    private static func read(_ folder: URL) throws -> [String: String] {
        var files: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where name.hasSuffix(".swift") {
            files[name] = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        return files
    }

    /// The plugin lies beside the test bundle.
    private static func plugin() throws -> URL {
        let places =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap { $0 }
            + CommandLine.arguments.filter { $0.hasPrefix("/") }.map { URL(fileURLWithPath: $0) }
        for place in places {
            var folder = place
            while folder.path != "/" {
                let candidate = folder.appendingPathComponent("protoc-gen-skein")
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder)
                if exists, !isFolder.boolValue { return candidate }
                folder.deleteLastPathComponent()
            }
        }
        return try #require(nil, "protoc-gen-skein is not beside the tests: \(places.map(\.path))")
    }
}
