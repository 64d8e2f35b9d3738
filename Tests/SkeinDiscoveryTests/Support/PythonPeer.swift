// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import TestSupport

/// Programs of another language that speak with a registry, in the environment that `.ci/setup` makes.
enum PythonPeer {
    static func start(_ script: String, _ arguments: [String]) throws -> ChildProcess {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        let python = root.appending(path: ".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw ConfigurationError("start \(script): expected Python at \(python); run .ci/setup")
        }
        return try ChildProcess(python, [tests.appending(path: "peers/\(script)").path] + arguments)
    }
}
