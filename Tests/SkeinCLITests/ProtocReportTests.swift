// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinCLI

@Suite(.timeLimit(.minutes(1)))
struct ProtocReportTests {
    private func lines(_ output: String, status: Int32 = 1, folders: [String] = ["."], files: [String] = []) -> [String]
    {
        ProtocReport(folders: folders, isFile: files.contains)
            .diagnostics(output, status: status).map(\.description)
    }

    @Test(
        "each form of protoc's messages becomes a line with place, severity and message",
        arguments: [
            ("a.proto:3:14: Expected \";\".", "a.proto:3:14: error: Expected \";\"."),
            ("a.proto:1:1: warning: Import b.proto is unused.", "a.proto:1:1: warning: Import b.proto is unused."),
            ("a.proto: File not found.", "a.proto: error: File not found."),
            ("a.proto: warning: Import unused.", "a.proto: warning: Import unused."),
            ("[libprotobuf WARNING x/parser.cc:646] No syntax given.", "warning: No syntax given."),
            ("[libprotobuf ERROR x/y.cc:1] Broken.", "error: Broken."),
            ("--skein_out: a.proto:7:3: no group fields", "a.proto:7:3: error: no group fields"),
            ("--skein_out: protoc-gen-skein: Plugin failed.", "error: protoc-gen-skein: Plugin failed."),
            ("Anything else", "error: Anything else"),
        ])
    func forms(output: String, expected: String) {
        #expect(lines("a.proto:9:9: Reason.\n" + output + "\n") == ["a.proto:9:9: error: Reason.", expected])
    }

    @Test("a file is named by its path and not as imports name it")
    func paths() {
        let shown = lines("p/a.proto:1:1: Bad.", folders: ["other", "protos"], files: ["protos/p/a.proto"])
        #expect(shown == ["protos/p/a.proto:1:1: error: Bad."])
    }

    @Test("a missing import is reported once, with the folder that has it, and what follows from it is left out")
    func missingImport() {
        let output = """
            p/b.proto: File not found.
            p/a.proto:2:1: Import "p/b.proto" was not found or had errors.
            p/a.proto:4:5: "p.B" is not defined.
            p/a.proto:9:1: Expected ";".
            """
        let shown = lines(output, folders: [".", "protos/p"], files: ["protos/p/b.proto"])
        #expect(
            shown == [
                #"p/a.proto:2:1: error: Import "p/b.proto" was not found or had errors."#,
                "note: looked for in: ., protos/p; -I adds a folder",
                #"p/a.proto:9:1: error: Expected ";"."#,
            ])
        let above = lines(
            output.replacing("p/a.proto", with: "protos/p/a.proto"), files: ["protos/p/b.proto", "protos/p/a.proto"])
        #expect(above[1] == "note: it is in protos: add -I protos")
    }

    @Test("a run that succeeded has warnings only, and one that did not has an error even if it said nothing")
    func severities() {
        #expect(lines("Something odd.", status: 0) == ["warning: Something odd."])
        #expect(lines("", status: 0) == [])
        #expect(lines("", status: 9) == ["error: protoc ended with status 9"])
    }
}
