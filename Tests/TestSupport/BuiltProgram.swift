// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Programs of this build lie beside the test bundle.
package enum BuiltProgram {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    package static func find(_ name: String) throws -> URL {
        let places =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap { $0 }
            + CommandLine.arguments.filter { $0.hasPrefix("/") }.map { URL(fileURLWithPath: $0) }
        for place in places {
            var folder = place
            while folder.path != "/" {
                let candidate = folder.appendingPathComponent(name)
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder)
                if exists, !isFolder.boolValue { return candidate }
                folder.deleteLastPathComponent()
            }
        }
        throw Missing(description: "find \(name): it is not beside the tests, \(places.map(\.path))")
    }
}
