// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Testing

@testable import SkeinCLI

@Suite(.timeLimit(.minutes(1)))
struct CommandTests {
    @Test("options and files are understood in any order")
    func options() throws {
        let line = ["generate", "-I", "a", "x.proto", "--out", "o", "-Ib", "--visibility", "package", "y.proto"]
        let command = try #require(try SkeinCommand.parseAsRoot(line) as? GenerateCommand)
        #expect(command.include == ["a", "b"])
        #expect(command.out == "o")
        #expect(command.visibility == .package)
        #expect(command.files == ["x.proto", "y.proto"])
    }

    @Test(
        "a wrong command line names what is wrong and what was expected",
        arguments: [
            (["generate"], "Missing expected argument '<files> ...'"),
            (["generate", "--visibility", "open", "a"], "Please provide one of 'internal', 'package' or 'public'"),
            (["generate", "--visibilty", "public", "a"], "Did you mean '--visibility'?"),
            (["frobnicate"], "Unexpected argument 'frobnicate'"),
        ])
    func mistakes(line: [String], words: String) {
        let error = #expect(throws: (any Error).self) { try SkeinCommand.parseAsRoot(line) }
        #expect(error.map { SkeinCommand.fullMessage(for: $0).contains(words) } == true)
    }
}
