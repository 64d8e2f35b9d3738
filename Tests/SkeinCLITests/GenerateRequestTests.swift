// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Testing

@testable import SkeinCLI

/// With the machine's protoc; the generator is a script that answers with an empty response.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct GenerateRequestTests {
    let project: TemporaryProject

    init() throws {
        project = try TemporaryProject()
        try project.writeProgram("protoc-gen-skein", "cat >/dev/null")
        try project.write("protos/p/good.proto", "syntax = \"proto3\";\npackage p;\nmessage Good {}\n")
        try project.write("protos/p/bad.proto", "syntax = \"proto3\";\n\nmessage {}\n")
    }

    private func generate(
        _ files: String..., include: [String] = ["protos"], out: String = "out", variables: [String: String] = [:]
    ) async -> [String] {
        let request = GenerateRequest(files: files, include: include, out: out, options: ["visibility=public"])
        let environment = project.environment(["SKEIN_PLUGIN": "protoc-gen-skein"].merging(variables) { $1 })
        // On a thread that may wait for protoc: those of the concurrency pool may not.
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: request.run(in: environment).map(\.description))
            }
        }
    }

    @Test("a good file is generated without a word, and the folder for the results is made")
    func good() async {
        #expect(await generate("protos/p/good.proto", out: "new/out") == [])
        #expect(project.environment().isFolder("new/out"))
    }

    @Test("an error in a file is reported with its path, line and column")
    func bad() async {
        #expect(await generate("protos/p/bad.proto") == ["protos/p/bad.proto:3:9: error: Expected message name."])
    }

    @Test("a file may be named as imports name it")
    func virtualName() async {
        #expect(await generate("p/good.proto") == [])
    }

    @Test("a file outside the folders for imports is found in its own")
    func outside() async {
        #expect(
            await generate("protos/p/good.proto", include: ["out"]) == [
                "out: error: no such folder to look for imports in"
            ])
        #expect(await generate("protos/p/good.proto", include: []) == [])
        #expect(await generate("protos/p/good.proto", include: ["protos/p/../../protos"]) == [])
    }

    @Test("a missing file is named with the nearest in its folder")
    func missing() async {
        #expect(
            await generate("protos/p/goood.proto", "protos/p") == [
                #"protos/p/goood.proto: error: no such file (did you mean "good.proto"?)"#,
                "protos/p: error: is a folder; name the .proto files in it",
            ])
    }

    @Test("without protoc the report says how to install it")
    func noProtoc() async {
        let shown = await generate("protos/p/good.proto", variables: ["PATH": "protos"])
        #expect(shown.count == 1)
        #expect(shown.first?.hasPrefix("error: no protoc on PATH") == true)
        #expect(shown.first?.contains("apt-get install protobuf-compiler") == true)
    }

    @Test("protoc is given the folders, the generator, its options and the files")
    func arguments() async throws {
        try project.writeProgram("protoc", "printf '%s\\n' \"$@\" > arguments")
        #expect(await generate("protos/p/good.proto", variables: ["SKEIN_PROTOC": "protoc"]) == [])
        let path = project.environment().absolute
        #expect(
            try project.read("arguments").split(separator: "\n").map(String.init) == [
                "-I" + path("protos"), "--plugin=protoc-gen-skein=" + path("protoc-gen-skein"),
                "--skein_opt=visibility=public", "--skein_out=" + path("out"), path("protos/p/good.proto"),
            ])
    }

    @Test("what the generator complains about is an error")
    func generatorFails() async throws {
        try project.writeProgram(
            "protoc-gen-skein", "cat >/dev/null; echo 'p/good.proto:3:1: no such thing' >&2; exit 1")
        let shown = await generate("protos/p/good.proto")
        #expect(shown.first == "protos/p/good.proto:3:1: error: no such thing")
    }

    @Test("more output than a pipe holds does not stall the run")
    func muchOutput() async throws {
        let lines = "i=0; while [ $i -lt 200 ]; do printf 'a.proto:1:1: %1000s\\n' x; i=$((i + 1)); done"
        try project.writeProgram("protoc", "\(lines); exit 1")
        #expect(await generate("protos/p/good.proto", variables: ["SKEIN_PROTOC": "protoc"]).count == 200)
    }
}
