// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// `skein generate [--out DIR] [-I DIR]… [--visibility LEVEL] FILES…`
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generates Swift code from .proto files.",
        discussion: """
            Runs protoc with protoc-gen-skein and writes one .skein.swift file for each .proto file.

            protoc is looked for in SKEIN_PROTOC and on PATH; protoc-gen-skein in SKEIN_PLUGIN, beside this program \
            and on PATH.
            """)

    @Option(name: .long, help: ArgumentHelp("The folder for the results; made if need be.", valueName: "dir"))
    var out = "."

    @Option(
        name: [.customShort("I", allowingJoined: true), .long], parsing: .singleValue,
        help: ArgumentHelp("A folder in which imports are looked up; repeatable.", valueName: "dir"))
    var include: [String] = []

    @Option(name: .long, help: "The access level of what is generated.")
    var visibility = Visibility.public

    @Option(name: .long, help: ArgumentHelp("A further option of the generator; repeatable.", valueName: "name=value"))
    var option: [String] = []

    @Argument(help: ArgumentHelp("The .proto files.", valueName: "files"))
    var files: [String]

    func run() throws {
        let request = GenerateRequest(
            files: files, include: include, out: out, options: [visibility.pluginOption] + option)
        let diagnostics = request.run(in: .current)
        for diagnostic in diagnostics {
            FileHandle.standardError.write(Data("\(diagnostic)\n".utf8))
        }
        if diagnostics.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }
}

extension Visibility: ExpressibleByArgument {}
