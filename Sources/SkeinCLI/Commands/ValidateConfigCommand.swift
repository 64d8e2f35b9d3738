// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// `skein config validate [--strict] FILE`
struct ValidateConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Says whether a channel would use a service config, and what in it has no effect.",
        discussion: """
            Prints an error or warnings as FILE: line, column: path: what is wrong and what was expected. Ends with 1 \
            when a channel would not use the config.
            """)

    @Flag(help: "Take warnings, of unknown fields and policies, for errors.")
    var strict = false

    @Argument(help: ArgumentHelp("The service config, as JSON.", valueName: "file"))
    var file: String

    func run() throws {
        let diagnostics = ConfigReport(file: file, isStrict: strict).diagnostics
        for diagnostic in diagnostics { FileHandle.standardError.write(Data("\(diagnostic)\n".utf8)) }
        if diagnostics.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
        print("\(file): valid")
    }
}
