// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs a program to its end.
struct ProgramRun {
    var program: URL
    var arguments: [String]
    var folder: URL

    struct Result {
        var status: Int32
        /// Standard output and standard error, as they came.
        var output: String
    }

    func run() throws -> Result {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        // Reading first: a program that fills the pipe would wait for a reader.
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
