// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SkeinProtoc

@Suite struct ProtoPlanTests {
    /// Makes a target's folder of the given files, plans it, and lets `body` look at the plan.
    private func plan(_ files: [String: String], _ body: (ProtoPlan, String) throws -> Void) throws {
        let parent = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: parent) }
        let folder = parent.appendingPathComponent("Target")
        for (name, text) in files {
            let file = folder.appendingPathComponent(name).standardized
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try body(ProtoPlan(folder: folder.path), folder.standardized.path)
    }

    @Test("all .proto files of the target's folder are generated from, named by their paths in it")
    func all() throws {
        let files = ["b.proto": "", "deep/er/a.proto": "", "main.swift": "", ".hidden/c.proto": ""]
        try plan(files) { plan, folder in
            #expect(plan.steps.map(\.file.name) == ["b.proto", "deep/er/a.proto"])
            #expect(plan.steps.map(\.output) == ["b.skein.swift", "deep_er_a.skein.swift"])
            #expect(plan.steps.map(\.inputs) == [["\(folder)/b.proto"], ["\(folder)/deep/er/a.proto"]])
        }
    }

    @Test("a file depends on what it imports, directly or not, and on the configuration")
    func inputs() throws {
        let files = [
            "a.proto": "import \"b.proto\"; import \"google/protobuf/any.proto\";", "b.proto": "import \"d/c.proto\";",
            "d/c.proto": "import \"b.proto\";", "skein-protos.json": "{}",
        ]
        try plan(files) { plan, folder in
            let names = ["a.proto", "b.proto", "d/c.proto", "skein-protos.json"]
            #expect(plan.step(for: "a.proto")?.inputs == names.map { "\(folder)/\($0)" })
        }
    }

    @Test("files of folders outside of the target are generated from when named")
    func outside() throws {
        let files = [
            "skein-protos.json": "{\"include\": [\"own\", \"../shared\"], \"protos\": [\"x.proto\", \"y.proto\"]}",
            "own/x.proto": "import \"z.proto\";", "../shared/y.proto": "", "../shared/z.proto": "",
        ]
        try plan(files) { plan, folder in
            #expect(plan.steps.map(\.file.name) == ["x.proto", "y.proto"])
            let shared = URL(fileURLWithPath: folder).deletingLastPathComponent().path + "/shared"
            #expect(plan.steps[0].inputs.contains("\(shared)/z.proto"))
            let arguments = plan.protocArguments(for: plan.steps[1], generator: "/g", folder: "/out")
            let expected = [
                "-I\(folder)/own", "-I\(shared)", "--plugin=protoc-gen-skein=/g", "--skein_out=/out",
                "--skein_opt=paths=flat", "y.proto",
            ]
            #expect(arguments == expected)
        }
    }

    static let wrong: [([String: String], String)] = [
        (["skein-protos.json": "{\"include\": [\"gone\"]}"], "include: no folder \"gone\" (looked at "),
        (["skein-protos.json": "{\"protos\": [\"gone.proto\"]}"], "protos: \"gone.proto\" is in none of the include"),
        (
            ["a/b.proto": "", "a_b.proto": ""],
            "protos: a/b.proto and a_b.proto would both become a_b.skein.swift"
        ),
    ]

    @Test("what cannot be planned is refused, naming the configuration", arguments: wrong)
    func refuses(files: [String: String], message: String) throws {
        let error = #expect(throws: ProtoError.self) { try plan(files) { _, _ in } }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.path?.hasSuffix("/Target/skein-protos.json") == true)
    }

    @Test("the fingerprint tells whether include or protos have changed, and nothing else")
    func fingerprint() throws {
        let configurations = [
            "{}", "{\"protos\": [\"a.proto\"]}", "{\"include\": [\".\", \"d\"]}", "{\"options\": {\"server\": false}}",
        ]
        var prints: [String] = []
        for text in configurations {
            try plan(["a.proto": "", "d/b.proto": "", "skein-protos.json": text]) { plan, _ in
                prints.append(plan.fingerprint)
            }
        }
        #expect(Set(prints).count == 3)
        #expect(prints[0] == prints[3])
    }
}
