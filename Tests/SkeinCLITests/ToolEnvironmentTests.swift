// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SkeinCLI

@Suite(.timeLimit(.minutes(1)))
struct ToolEnvironmentTests {
    let project: TemporaryProject

    init() throws {
        project = try TemporaryProject()
        for path in ["named/tool", "beside/tool", "path/tool"] { try project.writeProgram(path, "exit 0") }
        try project.write("plain/tool", "not a program")
    }

    @Test(
        "a program is taken from its variable, then from beside the command, then from PATH",
        arguments: [
            ("named/tool", ["TOOL": "named/tool", "PATH": "path"], true),
            ("beside/tool", ["TOOL": "", "PATH": "path"], true),
            ("path/tool", ["PATH": "path"], false),
            ("path/tool", ["PATH": "absent:plain:path"], false),
        ])
    func order(expected: String, variables: [String: String], besideExecutable: Bool) throws {
        let environment = project.environment(variables, executable: "beside/skein")
        let found = try environment.find("tool", variable: "TOOL", besideExecutable: besideExecutable)
        #expect(found.path().hasSuffix("/\(expected)"))
    }

    @Test("a program that is nowhere is an error that names the variable")
    func nowhere() {
        let error = #expect(throws: ToolNotFound.self) {
            try project.environment(["PATH": "plain"]).find("tool", variable: "TOOL")
        }
        #expect(error?.message == "no tool on PATH and no TOOL in the environment")
    }

    @Test("a variable that names no program is an error even where PATH has one")
    func wrongVariable() {
        let error = #expect(throws: ToolNotFound.self) {
            try project.environment(["PATH": "path", "TOOL": "plain/tool"]).find("tool", variable: "TOOL")
        }
        #expect(error?.message == "TOOL names plain/tool, which is not a program")
    }
}
