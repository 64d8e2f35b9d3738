// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The Python programs in a test target's folder `peers`, and the tools, of the virtual environment that `make test`
/// makes.
package enum PythonPeer {
    package struct MissingEnvironment: Error, CustomStringConvertible {
        package let path: String
        package var description: String { "\(path) is missing: run \"make test\", which makes it" }
    }

    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The path of a program of the virtual environment's, such as `python`.
    package static func tool(_ name: String) throws -> String {
        let path = tests.deletingLastPathComponent().appendingPathComponent(".venv/bin/\(name)").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw MissingEnvironment(path: path) }
        return path
    }

    /// - Parameter file: one of the target whose program it is.
    package static func start(
        _ program: String, _ arguments: [String], of file: String = #filePath
    ) throws -> ChildProcess {
        let place = URL(fileURLWithPath: file).pathComponents.dropFirst(tests.pathComponents.count)
        let script = tests.appendingPathComponent("\(place.first ?? "")/peers/\(program)").path
        return try ChildProcess(
            try tool("python"), [script] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    }

    /// Runs a program to its end.
    package static func run(
        _ program: String, _ arguments: [String], of file: String = #filePath
    ) async throws -> (lines: [String], status: Int32) {
        try await start(program, arguments, of: file).finish()
    }

    /// Runs a program of the virtual environment's to its end.
    package static func runTool(
        _ name: String, _ arguments: [String]
    ) async throws -> (lines: [String], status: Int32) {
        try await ChildProcess(try tool(name), arguments).finish()
    }
}
