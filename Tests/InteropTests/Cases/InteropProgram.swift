// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// The two interop programs as built: they lie beside the test bundle.
enum InteropProgram {
    static func start(_ name: String, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(find(name), arguments)
    }

    private static func find(_ name: String) throws -> String {
        let places =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap { $0 }
            + CommandLine.arguments.filter { $0.hasPrefix("/") }.map { URL(fileURLWithPath: $0) }
        for place in places {
            var folder = place
            while folder.path != "/" {
                let path = folder.appendingPathComponent(name).path
                if FileManager.default.isExecutableFile(atPath: path) { return path }
                folder.deleteLastPathComponent()
            }
        }
        return try #require(nil, "\(name) is not beside the tests: \(places.map(\.path))")
    }
}
