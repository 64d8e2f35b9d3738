// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport

/// The Python programs in `peers`, run by the virtual environment that `make test` makes.
enum PythonPeer {
    struct MissingEnvironment: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is missing: run \"make test\", which makes it with grpcio inside" }
    }

    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let root = tests.deletingLastPathComponent().deletingLastPathComponent()

    static func start(_ program: String, _ arguments: [String]) throws -> ChildProcess {
        let python = root.appendingPathComponent(".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else { throw MissingEnvironment(path: python) }
        let script = tests.appendingPathComponent("peers/\(program)").path
        return try ChildProcess(python, [script] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String]) async throws -> (lines: [String], status: Int32) {
        try await start(program, arguments).finish()
    }

    /// Runs a program of the virtual environment's to its end.
    static func runTool(_ name: String, _ arguments: [String]) async throws -> (lines: [String], status: Int32) {
        let tool = root.appendingPathComponent(".venv/bin/\(name)").path
        guard FileManager.default.isExecutableFile(atPath: tool) else { throw MissingEnvironment(path: tool) }
        return try await ChildProcess(tool, arguments).finish()
    }
}
